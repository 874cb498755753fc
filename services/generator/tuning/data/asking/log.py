"""What people really asked: how often they ask for what, and made questions drawn in the same shares."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from services.generator.tuning.data.drawing import draw
from shared.messages import Question
from shared.source_files import DataError, opened, raw_lines

MOST_LINES, LONGEST_LINE = 100_000, 16_000
"""Lines that are read, and bytes of one; what is longer is passed over."""
FEWEST = 200
"""Questions below which their number counts for more than their shares."""
OTHER = "other"
_KINDS = {
    "how many": r"how (?:many|much)",
    "where": r"where|(?:in|at|near|from|to) (?:which|what) (?:place|city|town|country|state|village)",
    "when": r"when|(?:which|what) (?:day|date|week|month|year|time)",
    "who": r"who(?:m|se)?",
    "which or what": r"which|what",
}
_ASKS = re.compile("|".join(rf"(?P<k{at}>\b(?:{pattern})\b)" for at, pattern in enumerate(_KINDS.values())))
Shares = Mapping[str, float]


def kind_of(question: str) -> str:
    """What a question asks for, by its first word that asks."""
    asks = _ASKS.search(" ".join(question.casefold().split()))
    return [*_KINDS][int((asks.lastgroup or "k0")[1:])] if asks else OTHER


def read(path: Path) -> Shares:
    """Kind -> its share of the log's questions; DataError where it has none.

    A line is a question, or a JSON object with `text`; bytes that are no UTF-8 are replaced.
    """
    return shares_of(_questions(path), path)


def shares_of(questions: Iterator[str], path: Path) -> Shares:
    """The shares of some questions; `path` is named where there are none."""
    counts = Counter(map(kind_of, questions))
    if not counts:
        raise DataError(f"{path} has no question: write what people asked, one question a line")
    return {kind: count / counts.total() for kind, count in counts.most_common()}


def _questions(path: Path) -> Iterator[str]:
    with opened(path) as stream:
        for _, line in zip(range(MOST_LINES), raw_lines(stream, LONGEST_LINE), strict=False):
            text = line.text.decode("utf-8-sig", errors="replace").strip()
            if asked := _text_of(text) if text.startswith("{") else text:
                yield asked


def _text_of(line: str) -> str:
    """The field `text` of a JSON object; "" of any other line."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    text = row.get("text", "")
    return text.strip() if isinstance(text, str) else ""


def drawn(questions: Sequence[Question], wanted: Shares, seed: int) -> list[Question]:
    """Those that come nearest to the shares, in their order, by chance within a kind.

    So many that each kind that is there has its share, but `FEWEST` or all where that would be fewer: then what is
    rare is used up, and the others come in the shares that they have among themselves.
    """
    stock: dict[str, list[Question]] = defaultdict(list)
    for question in sorted(questions, key=lambda question: draw(seed, "log", question.text)):
        if wanted.get(kind := kind_of(question.text), 0) > 0:
            stock[kind].append(question)
    share = sum(wanted[kind] for kind in stock)
    size = max(min((len(stock[kind]) * share / wanted[kind] for kind in stock), default=0), FEWEST)
    taken: Counter[str] = Counter()
    while taken.total() < int(size) and (left := [kind for kind in stock if taken[kind] < len(stock[kind])]):
        taken[min(left, key=lambda kind: ((taken[kind] + 1) / wanted[kind], kind))] += 1
    chosen = {question.question_id for kind, count in taken.items() for question in stock[kind][:count]}
    return [question for question in questions if question.question_id in chosen]


def compared(questions: Sequence[Question], wanted: Shares) -> Mapping[str, tuple[float, float]]:
    """Kind -> the share that was wanted and the share that the questions have."""
    counts = Counter(kind_of(question.text) for question in questions)
    total = max(counts.total(), 1)
    return {kind: (wanted.get(kind, 0.0), counts[kind] / total) for kind in [*wanted, *(counts.keys() - wanted)]}
