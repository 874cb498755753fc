"""A suite over many editions: what is true now, what was true on a day, what was not known yet.

Facts change in three ways: a correction replaces the story that stated them, a retraction takes it back, and a later
story brings a new value while the earlier one stands. A day in the past is asked about only where the store still has
what was known then: never about the old version of a corrected story.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shared.lab.wires import values
from shared.lab.wires.draw import Draw
from shared.lab.wires.editions import Newsroom
from shared.lab.wires.grammar import asked
from shared.lab.wires.knobs import Knobs, checked
from shared.lab.wires.questions import accepted, standing, wordings_of
from shared.lab.wires.stories import Story
from shared.lab.wires.timeline import Timeline, Validity
from shared.messages import Question

SLICES = {
    "updated": "A fact to which a later story gave a new value, while the earlier story stands; asked as of now.",
    "corrected": "A fact that a correction changed in its own story; asked as of now.",
    "retracted": "A claim that was taken back: abstaining is right.",
    "past": "A fact as it was on a day, before a later story gave it a new value.",
    "since": "A fact as of a day from which on it has not changed.",
    "not_yet": "A fact as of a day on which no story had it: abstaining is right.",
    "unanswerable": "Something that no story says: abstaining is right.",
    "stable": "A fact that never changed; asked as of now.",
}
SHARES = {
    "updated": 100,
    "corrected": 80,
    "retracted": 40,
    "past": 100,
    "since": 100,
    "not_yet": 80,
    "unanswerable": 80,
}
"""Of a thousand questions at most; what is not there is made up for by stable facts."""
DAYS_ASKED = 3
Fact = tuple[Story, str]


class Drift:
    """The timeline of many editions, and questions about it."""

    def __init__(self, knobs: Knobs, until: int | None = None) -> None:
        """`until`: as it stands after this edition, nothing later having happened yet."""
        self.knobs = checked(knobs)
        whole = Newsroom(knobs).timeline()
        self.timeline: Timeline = whole if until is None else whole.until(until)
        self._draw = Draw("drift", knobs.seed)
        self._live = "\n".join(f"{title}\n{text}" for title, text in standing(self.timeline).values()).lower()
        self._first, self._last = self.timeline.events[0].at, self.timeline.events[-1].at
        self._printed = {event.document_id: event.at for event in self.timeline.of_change("reprint")}
        self._corrected = {event.document_id for event in self.timeline.of_change("correction")}
        self._facts = [
            (event.story, fact) for event in self.timeline.of_change("new") for fact in sorted(event.story.said)
        ]
        self._history = {place: self.timeline.validities(*fact) for place, fact in enumerate(self._facts)}

    def questions(self) -> list[Question]:
        """So many questions of all slices. ValueError where there are not enough facts."""
        candidates: dict[str, list[Question]] = {name: [] for name in SLICES}
        for _, question in self.about_facts():
            candidates[question.slice].append(question)
        candidates["unanswerable"] = [question for _, question in self.unanswerable()]
        taken = {name: candidates[name][: self.knobs.questions * share // 1_000] for name, share in SHARES.items()}
        left = self.knobs.questions - sum(map(len, taken.values()))
        taken["stable"] = candidates["stable"][:left]
        if len(taken["stable"]) < left:
            raise ValueError(
                f"{self.knobs.questions} questions were asked for, and these editions have "
                f"{self.knobs.questions - left + len(taken['stable'])}: ask for fewer, or for more editions"
            )
        return [
            question.model_copy(update={"question_id": f"q-{name}-{number:04}"})
            for name in SLICES
            for number, question in enumerate(taken[name], start=1)
        ]

    def about_facts(self) -> Iterator[tuple[str, Question]]:
        """Every question that a fact can be asked for, with the fact's name; without ids, in an order of chance."""
        for place in self._draw.shuffled(range(len(self._facts))):
            for question in self._about(self._facts[place], self._history[place]):
                yield name_of(*self._facts[place]), question

    def facts(self) -> Iterator[Mapping[str, Any]]:
        """Every fact with every value that it had, from when until when, and the document that states it."""
        for place, (story, fact) in enumerate(self._facts):
            for held in self._history[place]:
                yield {
                    "story": story.document_id,
                    "fact": f"{story.kind.name}.{fact}",
                    "value": held.value.text,
                    "document_id": held.event.document_id,
                    "valid_from": written(held.since),
                    "valid_until": written(held.until) if held.until else None,
                }

    def _about(self, fact: Fact, history: Sequence[Validity]) -> Iterator[Question]:
        story, name = fact
        tested = wordings_of(self.knobs.seed, story.kind, name)[1]
        changes = {held.event.change for held in history[1:]}
        for wording in tested:
            text = asked(wording, story.values)
            if history[-1].until is not None:
                if history[-1].value.text.lower() not in self._live:
                    yield _question("retracted", text, outdated=history[-1].value.text)
            elif not changes:
                yield self._held("stable", text, history[-1])
            else:
                yield self._held("updated" if "update" in changes else "corrected", text, history[-1], history[-2])
            if story.document_id not in self._corrected:
                yield from self._on_days(text, history, self._draw.child("days", story.document_id, text))

    def _on_days(self, text: str, history: Sequence[Validity], draw: Draw) -> Iterator[Question]:
        """Days on which each value held from morning to night, and one before the first; not of what was taken back."""
        if history[-1].until is None:
            for held in history:
                name = "since" if held.until is None else "past"
                for day in _some_days(held.since, held.until or self._last, draw, DAYS_ASKED if name == "past" else 1):
                    yield self._held(name, _dated(text, day), held, as_of=_night(day))
        for day in _some_days(self._first, history[0].since, draw, 1):
            yield _question("not_yet", _dated(text, day), as_of=_night(day))

    def _held(
        self, name: str, text: str, held: Validity, before: Validity | None = None, as_of: datetime | None = None
    ) -> Question:
        reprints = held.event.story.reprints if held.event.change == "new" else ()
        printed = [name for name in reprints if name in self._printed]
        gold = [held.event.document_id, *(name for name in printed if as_of is None or self._printed[name] <= as_of)]
        return _question(
            name,
            text,
            references=accepted(held.value, self.timeline.shared_surnames),
            gold_document_ids=tuple(gold),
            outdated=before.value.text if before else None,
            as_of=as_of,
        )

    def unanswerable(self) -> Iterator[tuple[str, Question]]:
        """Questions that no story answers, with the name of what they ask for; without ids."""
        retracted = {event.document_id for event in self.timeline.of_change("retraction")}
        stories = [event.story for event in self.timeline.of_change("new") if event.document_id not in retracted]
        for story in self._draw.shuffled(stories):
            draw = self._draw.child("unsaid", story.document_id)
            fact = draw.pick(story.left)
            tested = wordings_of(self.knobs.seed, story.kind, fact)[1]
            yield name_of(story, fact), _question("unanswerable", asked(draw.pick(tested), story.values))
            unsaid = asked(draw.pick(story.kind.unsaid), story.values)
            yield name_of(story, "unsaid"), _question("unanswerable", unsaid)


def name_of(story: Story, fact: str) -> str:
    """What a fact is called: its story's id, and the fact of that kind of story."""
    return f"{story.document_id} {story.kind.name}.{fact}"


def _question(name: str, text: str, **fields: Any) -> Question:
    return Question.model_validate({"question_id": "-", "references": (), **fields, "text": text, "slice": name})


def _some_days(since: datetime, until: datetime, draw: Draw, most: int) -> list[datetime]:
    """Whole days strictly between two moments, at most so many."""
    first = since.date() + timedelta(days=1)
    days = [first + timedelta(days=number) for number in range((until.date() - first).days)]
    return [datetime.combine(day, time(), UTC) for day in sorted(draw.shuffled(days)[:most])]


def _night(day: datetime) -> datetime:
    return day + timedelta(hours=23, minutes=59)


def _dated(text: str, day: datetime) -> str:
    return f"As of {day.day} {values.MONTHS[day.month - 1]} {day.year}: {text}"


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
