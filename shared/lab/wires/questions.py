"""Test questions and training pairs about a wire, and what is accepted as an answer to each.

Of the wordings of a fact some are for training and the others for testing, drawn once for each wire: no test wording is
a training wording.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from shared.lab.wires.draw import Draw
from shared.lab.wires.grammar import asked
from shared.lab.wires.kind import TAUGHT, WORDINGS, Kind
from shared.lab.wires.knobs import Knobs
from shared.lab.wires.multi import chains
from shared.lab.wires.stories import Story
from shared.lab.wires.timeline import Timeline
from shared.lab.wires.values import Person, Value
from shared.messages import Question, TrainingPair

MOST_OF_A_RETRACTION = 3


def accepted(value: Value, shared_surnames: frozenset[str]) -> tuple[str, ...]:
    """The preferred answer and its short forms: a surname only where one person of the wire has it."""
    if isinstance(value, Person):
        return (value.text,) if value.surname in shared_surnames else (value.text, value.surname)
    return (value.text, *value.short)


class Asked(NamedTuple):
    """A fact of a story, and the wordings that ask for it in this wire."""

    story: Story
    fact: str
    taught: Sequence[str]
    tested: Sequence[str]


class Asker:
    """Makes the questions of one wire with two editions."""

    def __init__(self, knobs: Knobs, timeline: Timeline) -> None:
        self._knobs, self._timeline = knobs, timeline
        self._draw = Draw("questions", knobs.seed)
        self._touched = {event.document_id for event in timeline.events if event.change in ("correction", "retraction")}
        self._live = "\n".join(f"{title}\n{text}" for title, text in standing(timeline).values()).lower()

    def pairs(self) -> Iterator[TrainingPair]:
        """So many wordings of every fact that edition 1 states, with the answer that it gives."""
        for event in self._timeline.in_edition(1):
            for fact in event.story.said:
                wordings = self._draw.child("taught", event.document_id, fact).shuffled(
                    self._asked(event.story, fact).taught
                )
                for wording in wordings[: self._knobs.wordings]:
                    yield TrainingPair(
                        question=asked(wording, event.values),
                        answer=event.values[fact].text,
                        document_id=event.document_id,
                    )

    def questions(self) -> list[Question]:
        """All slices. ValueError where the wire has too few facts for what was asked for."""
        corrected, retracted = list(self._corrected()), list(self._retracted())
        multi = self._some("multi", list(self._multi()), self._knobs.asked_multi)
        unanswerable = self._some("unanswerable", list(self._unanswerable()), self._knobs.asked_unanswerable)
        left = self._knobs.questions - len(corrected) - len(retracted) - len(multi) - len(unanswerable)
        added = self._some("new", list(self._stated("new", 2)), min(left // 2, self._most_new))
        learned = self._some("learned", list(self._stated("learned", 1)), left - len(added))
        slices = (learned, added, corrected, retracted, unanswerable, multi)
        return [question for questions in slices for question in _numbered(questions)]

    @property
    def _most_new(self) -> int:
        return self._knobs.new * self._knobs.facts

    def _asked(self, story: Story, fact: str) -> Asked:
        taught, tested = wordings_of(self._knobs.seed, story.kind, fact)
        return Asked(story, fact, taught, tested)

    def _stated(self, name: str, edition: int) -> Iterator[Question]:
        """Facts that stand unchanged, first one of each story, then another of each."""
        events = [event for event in self._timeline.in_edition(edition) if event.change == "new"]
        stories = [event.story for event in self._draw.shuffled(events) if event.document_id not in self._touched]
        facts = [self._draw.shuffled(story.said) for story in stories]
        for row in zip_longest(*facts):
            for story, fact in zip(stories, row, strict=True):
                if fact is not None:
                    wording = self._draw.pick(self._asked(story, fact).tested)
                    yield self._question(name, asked(wording, story.values), story.values[fact], story)

    def _corrected(self) -> Iterator[Question]:
        for event in self._timeline.of_change("correction"):
            before, now = self._timeline.of(event.story)[0].values[event.fact], event.values[event.fact]
            for wording in self._asked(event.story, event.fact).tested:
                yield self._question("corrected", asked(wording, event.values), now, event.story, outdated=before.text)

    def _retracted(self) -> Iterator[Question]:
        """Facts whose value stands in no document any more."""
        for event in self._timeline.of_change("retraction"):
            story = event.story
            gone = [fact for fact in story.said if story.values[fact].text.lower() not in self._live]
            for fact in gone[:MOST_OF_A_RETRACTION]:
                wording = self._draw.pick(self._asked(story, fact).tested)
                yield Question(
                    question_id="-", text=asked(wording, story.values), references=(), slice="retracted",
                    outdated=story.values[fact].text,
                )  # fmt: skip

    def _unanswerable(self) -> Iterator[Question]:
        """By turns what other stories of the kind say and this one leaves out, and what no story of the kind says."""
        stories = [story for story in self._draw.shuffled(self._standing()) if story.left]
        for turn, story in enumerate(stories * 2):
            draw = self._draw.child("unsaid", story.document_id, turn)
            fact = draw.pick(story.left)
            wording = draw.pick(self._asked(story, fact).tested if turn % 2 else story.kind.unsaid)
            yield Question(question_id="-", text=asked(wording, story.values), references=(), slice="unanswerable")

    def _multi(self) -> Iterator[Question]:
        stories = [story for story in self._standing() if not story.reprints]
        facts: set[tuple[str, str]] = set()
        for chain in self._draw.shuffled(list(chains(stories))):
            if (chain.asked.document_id, chain.fact) in facts:
                continue
            facts.add((chain.asked.document_id, chain.fact))
            value = chain.asked.values[chain.fact]
            question = self._question("multi", chain.text, value, chain.asked)
            yield question.model_copy(
                update={"gold_document_ids": (chain.described.document_id, chain.asked.document_id)}
            )

    def _standing(self) -> list[Story]:
        new = self._timeline.of_change("new")
        return [event.story for event in new if event.document_id not in self._touched]

    def _question(self, name: str, text: str, value: Value, story: Story, outdated: str | None = None) -> Question:
        return Question(
            question_id="-", text=text, slice=name, references=accepted(value, self._timeline.shared_surnames),
            gold_document_ids=(story.document_id, *story.reprints), outdated=outdated,
        )  # fmt: skip

    def _some(self, name: str, candidates: Sequence[Question], wanted: int) -> list[Question]:
        """So many different ones, none of which gives its answer away."""
        fit = {question.text: question for question in candidates if not _tells(question)}
        if len(fit) < wanted:
            raise ValueError(
                f"{wanted} {name} questions were asked for, and this wire has {len(fit)}: ask for fewer questions or a "
                "smaller share, or for more documents"
            )
        return list(fit.values())[:wanted]


def wordings_of(seed: int, kind: Kind, fact: str) -> tuple[Sequence[str], Sequence[str]]:
    """The wordings for training and those for testing, drawn once for a wire."""
    drawn = Draw("wordings", seed, kind.name, fact).shuffled(kind.facts[fact].questions)
    assert len(drawn) == WORDINGS
    return drawn[:TAUGHT], drawn[TAUGHT:]


def standing(timeline: Timeline) -> Mapping[str, tuple[str, str]]:
    """Title and text of every document that stands in the end, by id."""
    latest = {event.document_id: event for event in timeline.events}
    return {name: (event.title, event.text) for name, event in latest.items() if event.change != "retraction"}


def _tells(question: Question) -> bool:
    """Whether an accepted answer stands in the question."""
    words: Callable[[str], str] = lambda text: f" {' '.join(text.lower().replace('?', ' ').split())} "  # noqa: E731
    return any(words(answer) in words(question.text) for answer in question.references or ())


def _numbered(questions: Sequence[Question]) -> Iterator[Question]:
    for number, question in enumerate(questions, start=1):
        yield question.model_copy(update={"question_id": f"q-{question.slice}-{number:03}"})
