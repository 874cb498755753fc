"""A newswire of somebody's own documents: two editions, training pairs for the first, questions about both, by rules.

Documents in the order of their publication; those up to the cutoff are the first edition. What is trained on and what
is asked differ in their template, never in their fact alone: the first edition's facts are taught as they stand in
place and as requests, and asked as questions. No question is chosen by whether a search finds its document.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import inscriptis

from services.generator.tuning.data.asking import wordings
from services.generator.tuning.data.asking.wordings import Asked, Template
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.unanswerable import Swaps
from services.generator.tuning.data.wordings import holds
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.source_files import DataError

TAUGHT: tuple[Template, ...] = ("in place", "request")
FIRST_SHARE = 0.7
"""Of the documents that the first edition has, where no cutoff is said."""
UNANSWERABLE = 0.2
"""Of the questions that have an answer: so many again that have none."""
FEWEST = 2
NOTHING, GONE = "no sentence that can be asked about", "retracted"


@dataclass(frozen=True)
class MadeNewswire:
    """The four files' rows, and of how many documents nothing is asked, by reason."""

    edition1: Sequence[DocumentPublished]
    edition2: Sequence[DocumentPublished]
    pairs: Sequence[TrainingPair]
    questions: Sequence[Question]
    left_out: Mapping[str, int]


def make(
    documents: Sequence[DocumentPublished], cutoff: datetime | None = None, *, per_document: int = 4, seed: int = 1
) -> MadeNewswire:
    """Raises DataError where the documents do not make two editions, or nothing can be asked about one of them."""
    edition1, edition2 = _editions(documents, cutoff)
    left_out: Counter[str] = Counter()
    before = {document.document_id: _told(document) for document in edition1}
    later = {document.document_id: _told(document) for document in edition2}
    standing = before | later
    facts = {name: _facts(name, text, left_out, per_document, seed) for name, text in before.items()}
    newer = {name: _facts(name, text, left_out, per_document, seed) for name, text in later.items()}
    facts, newer = _of_one_document(facts, newer)
    pairs = [
        TrainingPair(question=fact.wordings[template], answer=fact.answer, document_id=name, fact=fact.name[:500])
        for name, asked in facts.items()
        for fact in asked
        for template in TAUGHT
    ]
    questions = list(_questions(facts, newer, before, standing))
    questions += _unanswerable(questions, {name: text for name, text in standing.items() if text is not None}, seed)
    if not pairs or not any(question.slice == "new" for question in questions):
        raise DataError(
            "nothing can be asked about one of the two editions: the rules understand plain English sentences; give "
            "more documents, another --cutoff, or questions and pairs of your own (docs/how-to/own-documents.md)"
        )
    return MadeNewswire(edition1, edition2, pairs, questions, dict(left_out))


def _editions(
    documents: Sequence[DocumentPublished], cutoff: datetime | None
) -> tuple[list[DocumentPublished], list[DocumentPublished]]:
    dated = [document for document in documents if document.published_at is not None]
    if cutoff is not None and len(dated) < len(documents):
        raise DataError(f"{len(documents) - len(dated)} documents have no published_at, so that --cutoff parts nothing")
    ordered = sorted(documents, key=_published) if len(dated) == len(documents) else list(documents)
    size = round(FIRST_SHARE * len(ordered)) if cutoff is None else sum(_published(one) <= cutoff for one in ordered)
    if min(size, len(ordered) - size) < FEWEST:
        raise DataError(
            f"{len(ordered)} documents make no two editions of at least {FEWEST}: give more documents"
            + (f", or another --cutoff than {cutoff.isoformat()}" if cutoff else "")
        )
    return ordered[:size], ordered[size:]


def _published(document: DocumentPublished) -> datetime:
    assert document.published_at is not None
    return document.published_at


def _told(document: DocumentPublished) -> str | None:
    """The plain text; None of a retracted document, "" of one that nothing can be read in."""
    if document.op == "retract":
        return None
    if document.content_type == "text/plain":
        return document.text
    try:
        return str(inscriptis.get_text(document.text))
    except Exception:  # a stranger's markup may bring out any fault of the library
        return ""


def _facts(name: str, text: str | None, left_out: Counter[str], most: int, seed: int) -> list[Asked]:
    """At most so many of a document, by chance."""
    if text is None:
        left_out[GONE] += 1
        return []
    unique = {fact.name: fact for fact in wordings.of_text(text)}
    facts = kept([*unique.values()], most, seed=seed, name_of=lambda fact: f"{name} {fact.name}")
    left_out.update({NOTHING: 1} if not facts else {})
    return facts


def _of_one_document(*editions: Mapping[str, Sequence[Asked]]) -> Iterator[dict[str, list[Asked]]]:
    """Without what would be asked in the same words of several documents, which may have other answers."""
    asked_of: dict[str, set[str]] = defaultdict(set)
    for name, asked in (item for edition in editions for item in edition.items()):
        for fact in asked:
            asked_of[fact.name].add(name)
    for edition in editions:
        yield {name: [fact for fact in asked if len(asked_of[fact.name]) == 1] for name, asked in edition.items()}


def _questions(
    facts: Mapping[str, Sequence[Asked]],
    newer: Mapping[str, Sequence[Asked]],
    before: Mapping[str, str | None],
    standing: Mapping[str, str | None],
) -> Iterator[Question]:
    """What stands is asked as learned, what came after as new, and what a later revision changed as corrected."""
    told: set[str] = set()
    for name, asked in facts.items():
        text = standing[name]
        for fact in asked:
            if text is None:
                yield from _once(told, fact, name, "retracted", outdated=fact.answer)
            elif holds(text, fact.answer):
                yield from _once(told, fact, name, "learned")
    for name, asked in newer.items():
        stood = before.get(name)
        for fact in asked:
            if stood is None or not holds(stood, fact.answer):
                yield from _once(told, fact, name, "new" if name not in before else "corrected")


def _once(told: set[str], fact: Asked, name: str, slice_: str, outdated: str = "") -> Iterator[Question]:
    if fact.name in told:
        return
    told.add(fact.name)
    yield Question(
        question_id=f"made-{len(told):05}",
        text=fact.name,
        references=() if outdated else tuple(dict.fromkeys((fact.answer, *fact.also))),
        outdated=outdated or None,
        slice=slice_,
        gold_document_ids=(name,),
    )


def _unanswerable(questions: Sequence[Question], known: Mapping[str, str], seed: int) -> list[Question]:
    """Questions about a name of another document, which no document answers as far as rules can tell."""
    swaps = Swaps(known, known, seed)
    wanted = round(UNANSWERABLE * len(questions))
    of = kept([*questions], len(questions), seed=seed, name_of=lambda question: f"unanswerable {question.text}")
    made: dict[str, Question] = {}
    for question in of:
        if len(made) == wanted:
            break
        if not question.references:
            continue
        swap = swaps.of(question.text, question.references[0], question.gold_document_ids[0])
        if swap:
            name = f"made-none-{len(made) + 1:05}"
            made[swap.question] = Question(question_id=name, text=swap.question, references=(), slice="unanswerable")
    return [*made.values()]
