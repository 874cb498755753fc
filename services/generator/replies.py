"""Reading what a model said: an answer with its citations, "I do not know", or nothing at all.

Abstaining is recognised by the meaning of the reply (`shared/abstaining.py`), and by the prompt's abstain phrase,
compared without case, punctuation and the kind of apostrophe. A reply that hedges and then answers is an answer, and so
is one of the question's choices, whatever it says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared import normalise
from shared.abstaining import abstains
from shared.messages import AnswerStatus

_CITATION = re.compile(r"\s?\[(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\]")


@dataclass(frozen=True)
class Reply:
    """A completion, understood. `citations` are chunk ids, in the order of their first mention."""

    status: AnswerStatus
    text: str = ""
    citations: tuple[str, ...] = ()
    failure: str | None = None


def parse(completion: str, *, chunk_ids: Sequence[str], abstain: str, choices: Sequence[str] = ()) -> Reply:
    """Understand one completion; marks like [1] point at `chunk_ids` (counted from 1) and leave the text.

    Without evidence, brackets are part of the answer. Marks that point at nothing are dropped.
    """
    text, citations = _without_citations(completion, chunk_ids) if chunk_ids else (completion.strip(), ())
    if not text:
        return Reply("failed", failure="empty output")
    said = _plain(text)
    if said == _plain(abstain) or (abstains(text) and said not in map(_plain, choices)):
        return Reply("abstained", text=text)
    return Reply("answered", text=text, citations=citations)


def _without_citations(completion: str, chunk_ids: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    numbers = [int(n) for mark in _CITATION.findall(completion) for n in re.split(r"\s?[,;]\s?", mark)]
    cited = (chunk_ids[number - 1] for number in numbers if 1 <= number <= len(chunk_ids))
    return _CITATION.sub("", completion).strip(), tuple(dict.fromkeys(cited))


def _plain(text: str) -> str:
    return normalise.words(text.replace("'", "").replace("\u2019", ""))
