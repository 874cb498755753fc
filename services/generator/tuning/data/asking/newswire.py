"""A newswire of somebody's own documents: two editions, training pairs for the first, questions about both.

Documents in the order of their publication; those up to the cutoff are the first edition. What is trained on and what
is asked differ in their template, never in their fact alone: the first edition's facts are taught as they stand in
place and as requests, and asked as questions. A third of its sentences is asked about and not taught, for people ask
after more than pairs teach. No question is chosen by whether a search finds its document.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from services.generator.tuning.data.asking import editions, holding_out, log, own, unanswered
from services.generator.tuning.data.asking.balance import drawn
from services.generator.tuning.data.asking.facts import TAUGHT, Facts, Reading, by_rules
from services.generator.tuning.data.asking.wordings import Asked
from shared import normalise
from shared.jobs.asking import MADE, UNTAUGHT
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.source_files import DataError

NOTHING_ASKED = (
    "nothing can be asked about one of the two editions{why}: rules understand plain English sentences, a teacher "
    "model more (--by teacher); give more documents, another --cutoff, or questions and pairs of your own "
    "(docs/how-to/own-documents.md)"
)
SEVERAL = "a question would have the words of another document's"
NOT_TOLD_AGAIN: Mapping[str, Asked] = MappingProxyType({})


@dataclass(frozen=True)
class MadeNewswire:
    """The four files' rows, and what is said of them.

    `left_out` is of how many documents nothing is asked, by reason, `unanswerable` how many such questions were wanted,
    and `asked_for` of each kind of question the share that a log has and the share that was made. `stated`: how many
    names, numbers and dates the first edition has, each once a document.
    """

    edition1: Sequence[DocumentPublished]
    edition2: Sequence[DocumentPublished]
    pairs: Sequence[TrainingPair]
    questions: Sequence[Question]
    left_out: Mapping[str, int]
    unanswerable: int = 0
    asked_for: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    stated: int = 0


def make(
    documents: Sequence[DocumentPublished], cutoff: datetime | None = None, *, per_document: int = 4, seed: int = 1,
    own_questions: own.Own | None = None, shares: log.Shares | None = None, reading: Reading = by_rules,
) -> MadeNewswire:  # fmt: skip
    """`own_questions` stand in the place of made ones, and `shares` are those in which made ones come.

    `reading` finds what can be asked about.

    Raises DataError where the documents do not make two editions, or nothing can be asked about one of them.
    """
    edition1, edition2 = editions.parted(documents, cutoff)
    left_out: Counter[str] = Counter()
    told = [{document.document_id: editions.told(document) for document in part} for part in (edition1, edition2)]
    before, later = _of_one_document(left_out, *reading(told[0], told[1], left_out))
    if own_questions is not None:
        taught = _most({name: [*(facts or {}).values()] for name, facts in before.items()}, per_document, seed)
        questions = own.sliced(own_questions, edition1, edition2)
        pairs = _pairs(taught, questions, left_out)
        return MadeNewswire(edition1, edition2, pairs, questions, dict(left_out))
    to_teach, not_to_teach = holding_out.parted(before, later, seed)
    taught, untaught = _most(to_teach, per_document, seed), _most(not_to_teach, -(-per_document // 2), seed)
    newer = {
        name: drawn(name, _only_new(facts or {}, before.get(name)), per_document, seed) for name, facts in later.items()
    }
    questions = list(_questions({"learned": taught, UNTAUGHT: untaught}, newer, later))
    if shares is not None:
        questions = log.drawn(questions, shares, seed)
    if not any(question.slice == "new" for question in questions):
        raise DataError(NOTHING_ASKED.format(why=_commonest(left_out)))
    known = {name: text for name, text in (told[0] | told[1]).items() if text is not None}
    every = [*questions, *unanswered.made(questions, known, seed)]
    return MadeNewswire(
        edition1, edition2, _pairs(taught, every, left_out), every, dict(left_out), unanswered.wanted(questions),
        {} if shares is None else log.compared(every, shares), holding_out.stated(told[0]),
    )  # fmt: skip


def _most(facts: holding_out.OfDocuments, per_document: int, seed: int) -> dict[str, list[Asked]]:
    """At most so many of each document."""
    return {name: drawn(name, of, per_document, seed) for name, of in facts.items()}


def _pairs(
    taught: Mapping[str, Sequence[Asked]], questions: Sequence[Question], left_out: Counter[str]
) -> list[TrainingPair]:
    """What the first edition teaches, in no words of a question that is asked."""
    asked = {normalise.words(question.text) for question in questions}
    pairs = [
        TrainingPair(question=fact.wordings[template], answer=fact.answer, document_id=name, fact=fact.name[:500])
        for name, facts in taught.items()
        for fact in facts
        for template in TAUGHT
        if template in fact.wordings and normalise.words(fact.wordings[template]) not in asked
    ]
    if not pairs:
        raise DataError(NOTHING_ASKED.format(why=_commonest(left_out)))
    return pairs


def _commonest(left_out: Counter[str]) -> str:
    """Why most documents were left out, in brackets."""
    return "".join(f" (of {count} documents: {reason})" for reason, count in left_out.most_common(1))


def _of_one_document(
    left_out: Counter[str], *parts: Mapping[str, Facts | None]
) -> Iterator[Mapping[str, Facts | None]]:
    """Without what would be asked in the same words of several documents, which may have other answers."""
    asked_of: dict[str, set[str]] = defaultdict(set)
    for name, facts in (item for part in parts for item in part.items()):
        for fact in facts or ():
            asked_of[fact].add(name)
    for part in parts:
        kept_facts = {
            name: None if facts is None else {of: fact for of, fact in facts.items() if len(asked_of[of]) == 1}
            for name, facts in part.items()
        }
        lost = sum(len(facts or ()) > len(kept_facts[name] or ()) for name, facts in part.items())
        left_out.update({SEVERAL: lost} if lost else {})
        yield kept_facts


def _only_new(facts: Facts, stood: Facts | None) -> list[Asked]:
    """What the document did not say before in the same words with the same answer."""
    stood = stood or {}
    return [fact for of, fact in facts.items() if of not in stood or stood[of].answer != fact.answer]


def _questions(
    stood: Mapping[str, holding_out.OfDocuments], newer: holding_out.OfDocuments, later: Mapping[str, Facts | None]
) -> Iterator[Question]:
    """What the first edition says by the slice that it is asked in where it still stands, and what came later.

    That is new, or corrected where the first edition had another answer.
    """
    numbers = itertools.count(1)
    old = {fact.name: fact.answer for of in stood.values() for asked in of.values() for fact in asked}
    for slice_, name, asked in ((slice_, *item) for slice_, of in stood.items() for item in of.items()):
        stands = later.get(name, NOT_TOLD_AGAIN)
        for fact in asked:
            if stands is None:
                yield _question(next(numbers), fact, name, "retracted", outdated=fact.answer)
            elif stands is NOT_TOLD_AGAIN or (fact.name in stands and stands[fact.name].answer == fact.answer):
                yield _question(next(numbers), fact, name, slice_)
    for name, asked in newer.items():
        for fact in asked:
            was = old.get(fact.name)
            yield _question(next(numbers), fact, name, "corrected" if was else "new", outdated=was)


def _question(number: int, fact: Asked, name: str, slice_: str, outdated: str | None = None) -> Question:
    return Question(
        question_id=f"{MADE}{number:05}",
        text=fact.name,
        references=() if slice_ == "retracted" else tuple(dict.fromkeys((fact.answer, *fact.also))),
        outdated=outdated,
        slice=slice_,
        gold_document_ids=(name,),
    )
