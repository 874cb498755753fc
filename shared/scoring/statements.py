"""The statements of an answer and the evidence they are held against, for the measures of groundedness.

A statement is a sentence with at least one word. The first MOST_STATEMENTS of them are looked at, and the first
EVIDENCE characters of the evidence; both are more than a prompt for a small model and its answer have.
"""

import re
from collections.abc import Sequence

from shared.messages import Answer
from shared.scoring.bounds import BOUND, LONGEST

MOST_STATEMENTS = 20
EVIDENCE = 10_000
READ = f"{BOUND}:first-{MOST_STATEMENTS}-statements:first-{EVIDENCE}-characters-of-evidence"
_NOT_AFTER = r"(?<![ .]\w\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bDr\.)(?<!\bSt\.)"
_END = re.compile(rf"(?<=[.!?\u061f\u0964]){_NOT_AFTER}[\"'\u201d\u2019)]*\s+|(?<=[\u3002\uff01\uff1f])|\n+")


def sentences(text: str) -> list[str]:
    """The parts of a text that end with a full stop or the like, or a line, and have a letter or a digit."""
    return [part.strip() for part in _END.split(text) if any(map(str.isalnum, part))]


def statements(answer: Answer) -> list[str]:
    """What an answer states; nothing where none was given."""
    return sentences(answer.text[:LONGEST])[:MOST_STATEMENTS] if answer.status == "answered" else []


def evidence(answer: Answer) -> list[str]:
    """The passages that stood in the prompt, as far as they are read."""
    left, passages = EVIDENCE, []
    for text in answer.evidence_texts:
        passages.append(text[:left])
        left -= len(passages[-1])
    return [passage for passage in passages if passage.strip()]


def share_supported(supported: Sequence[bool]) -> float | None:
    """Share of the statements that are supported; None where there are none."""
    return sum(supported) / len(supported) if supported else None
