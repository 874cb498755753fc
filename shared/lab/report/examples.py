"""Examples of each kind of failure, drawn by the hash of their ids: nobody chose them, and they stay the same."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report import mistakes
from shared.lab.report.outcomes import outcome
from shared.messages import Result
from shared.restriction import for_everyone
from shared.scoring.gold import document_of

OF_EACH, LONGEST = 2, 400
CLOSED_BOOK, OUTDATED = "wrong from memory", "says what later news had made wrong"


@dataclass(frozen=True)
class Source:
    """A chunk that the arm was given."""

    chunk_id: str
    title: str
    gold: bool
    cited: bool


@dataclass(frozen=True)
class Example:
    """One answer that went wrong. Texts are as they came: data from strangers."""

    kind: str
    of: int
    arm: str
    question_id: str
    slice: str
    question: str
    accepted: tuple[str, ...]
    said: str
    gold: tuple[str, ...]
    evidence: tuple[Source, ...]


def examples(results: Sequence[Result], arms: Sequence[str], retrieving: Sequence[str]) -> list[Example]:
    """Up to two of each kind, from different questions where there are enough; `of`: how many answers there were.

    A report is passed on, so none is of a result that may show what not everyone may see.
    """
    apart: dict[str, list[tuple[Result, str]]] = defaultdict(list)
    for result in results:
        for arm in arms:
            for kind in failures(result, arm, retrieving=arm in retrieving):
                apart[kind].append((result, arm))
    order = [CLOSED_BOOK, *mistakes.FAILURES, OUTDATED]
    return [_example(kind, len(apart[kind]), *candidate) for kind in order for candidate in _drawn(apart[kind])]


def failures(result: Result, arm: str, *, retrieving: bool) -> list[str]:
    """The kinds of failure that an answer is of: those of `mistakes` where the arm retrieves, else wrong from memory.

    Apart from these it may say what later news had made wrong. Empty where nothing went wrong or could be told.
    """
    kinds = []
    if arm in result.answers and result.answers[arm].scores.get("outdated", 0.0) >= 0.5:
        kinds.append(OUTDATED)
    if not retrieving:
        became = outcome(result, arm)
        if became == "wrong":
            kinds.append(CLOSED_BOOK if result.question.references else mistakes.NO_SUCH_FACT)
        elif became in (mistakes.FAILED, mistakes.MISSING):
            kinds.append(str(became))
    elif (mistake := mistakes.kind(result, arm)) in mistakes.FAILURES:
        kinds.append(str(mistake))
    return kinds


def _drawn(candidates: Sequence[tuple[Result, str]]) -> list[tuple[Result, str]]:
    by_question: Mapping[str, tuple[Result, str]] = {
        candidate[0].question.question_id: candidate
        for candidate in sorted(candidates, key=_lot, reverse=True)
        if for_everyone(candidate[0])
    }
    return sorted(by_question.values(), key=_lot)[:OF_EACH]


def _lot(candidate: tuple[Result, str]) -> str:
    return hashlib.sha256(f"{candidate[0].question.question_id}\n{candidate[1]}".encode()).hexdigest()


def _example(kind: str, of: int, result: Result, arm: str) -> Example:
    question = result.question
    answer = result.answers[arm].answer if arm in result.answers else None
    return Example(
        kind=kind,
        of=of,
        arm=arm,
        question_id=question.question_id,
        slice=question.slice,
        question=_short(question.text),
        accepted=tuple(map(_short, question.references or ())),
        said=_said(result, arm),
        gold=question.gold_document_ids,
        evidence=tuple(
            Source(chunk, _short(title), document_of(chunk) in question.gold_document_ids, chunk in cited)
            for chunk, title in _read(answer.evidence if answer else (), answer.evidence_titles if answer else ())
            for cited in [answer.citations if answer else ()]
        ),
    )


def _read(chunks: Sequence[str], titles: Sequence[str]) -> list[tuple[str, str]]:
    return [(chunk, titles[place] if place < len(titles) else "") for place, chunk in enumerate(chunks)]


def _said(result: Result, arm: str) -> str:
    if arm not in result.answers:
        return "(nothing before the deadline)"
    answer = result.answers[arm].answer
    if answer.status in ("failed", "skipped"):
        return f"({answer.status}: {_short(answer.failure or 'no reason given')})"
    if answer.status == "abstained":
        return f"(abstained) {_short(answer.text)}".strip()
    return _short(answer.text) + (" [cut at the longest answer]" if answer.cut else "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} [{len(text) - LONGEST} more characters]"
