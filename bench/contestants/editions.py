"""The editions of a stream of invented news, what teaches each of them, and what is asked after it.

A fact is asked for in a wording that no training pair has. Samples of two editions overlap as far as the facts still
stand, so that one contestant is asked the same again later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from bench.contestants.identity import digest
from bench.contestants.ports import Edition
from bench.contestants.stored import stored
from shared.lab.wires import wire
from shared.lab.wires.drift import Drift
from shared.lab.wires.grammar import asked
from shared.lab.wires.knobs import VERSION, Knobs
from shared.lab.wires.questions import wordings_of
from shared.lab.wires.timeline import Event, Timeline
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.stored import StoredDocument

KINDS = ("old", "new", "updated", "corrected", "retracted", "past", "unanswerable")
"""`old` and `new` facts hold as first stated, before this edition or in it; the others are as in a drift suite."""


class Wanted(NamedTuple):
    """A question to ask, what it asks after and for which fact."""

    kind: str
    fact: str
    question: Question


@dataclass(frozen=True)
class Stream:
    """News over many editions, cut after each."""

    knobs: Knobs

    @property
    def name(self) -> str:
        """Another one for all other news: by the seed, and a digest of all that was chosen about it."""
        return f"drift-{self.knobs.seed}-{digest(VERSION, self.knobs.model_dump(mode='json'))}"

    def edition(self, number: int) -> Edition:
        """The edition as contestants are given it. `number` begins at 1."""
        timeline = Drift(self.knobs, number).timeline
        events = timeline.in_edition(number)
        return Edition(
            number=number,
            documents=[_published(event) for event in events],
            stored=_stored(timeline),
            pairs=list(_pairs(timeline, self.knobs)),
            until=events[-1].at + timedelta(hours=1),
        )

    def questions(self, number: int, most: int) -> list[Wanted]:
        """At most so many of each kind after an edition, one for each fact."""
        drift = Drift(self.knobs, number)
        first = {event.document_id: event.edition for event in drift.timeline.of_change("new")}
        chosen: dict[str, dict[str, Wanted]] = {kind: {} for kind in KINDS}
        for fact, question in (*drift.about_facts(), *drift.unanswerable()):
            kind = _kind(question, first[fact.split()[0]] == number)
            chosen.get(kind, {}).setdefault(fact, Wanted(kind, fact, _named(kind, fact, question)))
        return [wanted for kind in KINDS for wanted in _some(list(chosen[kind].values()), most)]

    def corrections(self, number: int) -> list[Wanted]:
        """Each fact that this edition corrected, in the order of the corrections."""
        drift = Drift(self.knobs, number)
        events = [event for event in drift.timeline.in_edition(number) if event.change == "correction"]
        first: dict[str, Wanted] = {}
        for fact, question in drift.about_facts():
            if question.slice == "corrected":
                first.setdefault(fact, Wanted("corrected", fact, _named("corrected", fact, question)))
        by_document = {wanted.fact.split()[0]: wanted for wanted in first.values()}
        return [by_document[event.document_id] for event in events]


def _kind(question: Question, is_new: bool) -> str:
    return ("new" if is_new else "old") if question.slice == "stable" else question.slice


def _named(kind: str, fact: str, question: Question) -> Question:
    """With an id that is the same in each edition, and says nothing of the kind: what was new is old later."""
    when = question.as_of.isoformat() if question.as_of else ""
    digest = sha256(f"{fact}\n{question.text}\n{when}".encode()).hexdigest()[:12]
    return question.model_copy(update={"question_id": f"q-{digest}", "slice": kind})


def _some(wanted: Sequence[Wanted], most: int) -> list[Wanted]:
    """By a hash of the fact, so that the same ones are asked again, and a past value beside the one of now."""
    return sorted(wanted, key=lambda asked_for: sha256(asked_for.fact.encode()).hexdigest())[:most]


def _published(event: Event) -> DocumentPublished:
    return DocumentPublished.model_validate(wire.document(event))


def _stored(timeline: Timeline) -> list[StoredDocument]:
    """Every document as the store would give it, the retracted ones as retracted."""
    newest: dict[str, tuple[int, Event]] = {}
    for event in timeline.events:
        newest[event.document_id] = newest.get(event.document_id, (0, event))[0] + 1, event
    return [stored(_published(event), revision) for revision, event in newest.values()]


def _pairs(timeline: Timeline, knobs: Knobs) -> Iterator[TrainingPair]:
    """So many wordings of every fact that stands, with its newest value and the document that states it."""
    for event in timeline.of_change("new"):
        for fact in event.story.said:
            held = timeline.validities(event.story, fact)[-1]
            for wording in wordings_of(knobs.seed, event.story.kind, fact)[0][: knobs.wordings]:
                if held.until is None:
                    yield TrainingPair(
                        question=asked(wording, held.event.values),
                        answer=held.value.text,
                        document_id=held.event.document_id,
                    )
