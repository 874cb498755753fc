"""A newswire of somebody's own documents: two editions, training pairs for the first, questions about both, by rules.

Documents in the order of their publication; those up to the cutoff are the first edition. What is trained on and what
is asked differ in their template, never in their fact alone: the first edition's facts are taught as they stand in
place and as requests, and asked as questions. No question is chosen by whether a search finds its document.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from services.generator.tuning.data.asking import editions, wordings
from services.generator.tuning.data.asking.wordings import Asked, Template
from services.generator.tuning.data.drawing import generator, kept
from services.generator.tuning.data.unanswerable import Swaps
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.source_files import DataError

TAUGHT: tuple[Template, ...] = ("in place", "request")
UNANSWERABLE = 0.2
"""Of the questions that have an answer: so many again that have none."""
NOTHING, GONE = "no sentence that can be asked about", "retracted"
TOO_LONG, SEVERAL = "a question would be too long", "a question would have the words of another document's"
NOT_TOLD_AGAIN: Mapping[str, Asked] = MappingProxyType({})
Facts = Mapping[str, Asked]


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
    edition1, edition2 = editions.parted(documents, cutoff)
    left_out: Counter[str] = Counter()
    told = [{document.document_id: editions.told(document) for document in part} for part in (edition1, edition2)]
    before, later = _of_one_document(
        left_out, *({name: _facts(text, left_out) for name, text in part.items()} for part in told)
    )
    taught = {name: _drawn(name, facts or {}, per_document, seed) for name, facts in before.items()}
    pairs = [
        TrainingPair(question=fact.wordings[template], answer=fact.answer, document_id=name, fact=fact.name[:500])
        for name, asked in taught.items()
        for fact in asked
        for template in TAUGHT
    ]
    newer = {name: _drawn(name, _only_new(facts or {}, before.get(name)), per_document, seed)
             for name, facts in later.items()}  # fmt: skip
    questions = list(_questions(taught, newer, later))
    known = {name: text for name, text in (told[0] | told[1]).items() if text is not None}
    questions += _unanswerable(questions, known, seed)
    if not pairs or not any(question.slice == "new" for question in questions):
        raise DataError(
            "nothing can be asked about one of the two editions: the rules understand plain English sentences; give "
            "more documents, another --cutoff, or questions and pairs of your own (docs/how-to/own-documents.md)"
        )
    return MadeNewswire(edition1, edition2, pairs, questions, dict(left_out))


def _facts(text: str | None, left_out: Counter[str]) -> Facts | None:
    """All facts of a document by their name; None of a retracted one."""
    if text is None:
        left_out[GONE] += 1
        return None
    facts = {fact.name: fact for fact in wordings.of_text(text)}
    short = {name: fact for name, fact in facts.items() if fact.is_short}
    left_out.update({NOTHING: 1} if not facts else {TOO_LONG: 1} if len(short) < len(facts) else {})
    return short


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


def _drawn(name: str, facts: Facts, most: int, seed: int) -> list[Asked]:
    """At most so many of a document, by chance."""
    return kept([*facts.values()], most, seed=seed, name_of=lambda fact: f"{name} {fact.name}")


def _only_new(facts: Facts, stood: Facts | None) -> Facts:
    """What the document did not say before in the same words with the same answer."""
    return {of: fact for of, fact in facts.items() if not stood or of not in stood or stood[of].answer != fact.answer}


def _questions(
    taught: Mapping[str, Sequence[Asked]], newer: Mapping[str, Sequence[Asked]], later: Mapping[str, Facts | None]
) -> Iterator[Question]:
    """What still stands is asked as learned, what came later as new, and what got another answer as corrected."""
    numbers = itertools.count(1)
    old = {fact.name: fact.answer for asked in taught.values() for fact in asked}
    for name, asked in taught.items():
        stands = later.get(name, NOT_TOLD_AGAIN)
        for fact in asked:
            if stands is None:
                yield _question(next(numbers), fact, name, "retracted", outdated=fact.answer)
            elif stands is NOT_TOLD_AGAIN or (fact.name in stands and stands[fact.name].answer == fact.answer):
                yield _question(next(numbers), fact, name, "learned")
    for name, asked in newer.items():
        for fact in asked:
            was = old.get(fact.name)
            yield _question(next(numbers), fact, name, "corrected" if was else "new", outdated=was)


def _question(number: int, fact: Asked, name: str, slice_: str, outdated: str | None = None) -> Question:
    return Question(
        question_id=f"made-{number:05}",
        text=fact.name,
        references=() if slice_ == "retracted" else tuple(dict.fromkeys((fact.answer, *fact.also))),
        outdated=outdated,
        slice=slice_,
        gold_document_ids=(name,),
    )


def _unanswerable(questions: Sequence[Question], known: Mapping[str, str], seed: int) -> list[Question]:
    """Questions about a name of another document, which no document answers as far as rules can tell."""
    swaps = Swaps(known, known, seed)
    wanted = round(UNANSWERABLE * len(questions))
    of = generator(seed, "unanswerable").sample(questions, len(questions))
    made: dict[str, Question] = {}
    for question in of:
        if len(made) == wanted:
            break
        if not question.references:
            continue
        swap = swaps.of(question.text, question.references[0], question.gold_document_ids[0])
        if swap and len(swap.question) <= wordings.LONGEST:
            name = f"made-none-{len(made) + 1:05}"
            made[swap.question] = Question(question_id=name, text=swap.question, references=(), slice="unanswerable")
    return [*made.values()]
