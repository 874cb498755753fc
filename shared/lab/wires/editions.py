"""What is published when: stories come, are corrected, taken back and reprinted, and later ones bring new values."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.lab.wires import values
from shared.lab.wires.draw import Draw
from shared.lab.wires.kind import Kind, kinds
from shared.lab.wires.knobs import Knobs
from shared.lab.wires.stories import Author, Plan, Story
from shared.lab.wires.timeline import Change, Event, Timeline
from shared.lab.wires.values import Person, Value
from shared.lab.wires.world import World

FIRST_MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
WEEKS_TO_START, FIRST_WEEKS = 40, 3
OPENS, CLOSES, STEP = 5 * 60, 22 * 60, 5
"""Minutes of a day between which news is published, and the steps between them."""
TRIES = 60
UNCORRECTED = ("given",)


class Newsroom:
    """Makes the events of one edition after the other."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._draw = Draw("newsroom", knobs.seed)
        self._world = World(knobs)
        self._author = Author(self._draw.child("author"), knobs.length)
        self._start = FIRST_MONDAY + timedelta(weeks=self._draw.below(WEEKS_TO_START))
        self._events: list[Event] = []
        self._documents = 0
        self._settled: set[str] = set()
        self._updated: set[str] = set()

    def timeline(self) -> Timeline:
        for edition in range(1, self._knobs.editions + 1):
            self._publish(edition)
        return Timeline(self._events, self._world.shared_surnames)

    def _publish(self, edition: int) -> None:
        knobs, changes = self._knobs, list[Change]()
        often: dict[Change, int] = {"new": knobs.documents}
        if edition > 1:
            often = {"new": knobs.new, "correction": knobs.corrections, "retraction": knobs.retractions}
            often["update"] = knobs.updates
        for change, count in often.items():
            changes += [change] * count
        earlier = [event.story for event in self._events if event.change == "new"]
        shuffled = self._draw.shuffled(changes)
        reprinted = self._reprinted(shuffled) if edition > 1 else frozenset()
        moments = self._moments(edition, len(shuffled) + len(reprinted))
        for number, change in enumerate(shuffled):
            self._events.append(self._event(edition, next(moments), change, earlier))
            if number in reprinted:
                self._events.append(self._reprint(self._events[-1], next(moments)))

    def _reprinted(self, changes: Sequence[Change]) -> frozenset[int]:
        new = [number for number, change in enumerate(changes) if change == "new"]
        return frozenset(self._draw.shuffled(new)[: self._knobs.reprints])

    def _event(self, edition: int, at: datetime, change: Change, earlier: Sequence[Story]) -> Event:
        if change == "new":
            story = self._story(at)
            title, text = story.plan.headline(story.values), story.text
            return Event(edition, at, change, story.document_id, story, dict(story.values), title, text, story.desk)
        changed = {"retraction": self._retraction, "correction": self._correction, "update": self._update}[change]
        for story in self._draw.shuffled([story for story in earlier if self._may(change, story)]):
            if event := changed(edition, at, story):
                (self._updated if change == "update" else self._settled).add(story.document_id)
                return event
        raise ValueError(f"no story is left for a {change} in edition {edition}: ask for fewer, or for more documents")

    def _may(self, change: Change, story: Story) -> bool:
        """A story is corrected or taken back once, and not when a reprint or a later story says more of it."""
        if story.document_id in self._settled or story.reprints:
            return False
        return change == "update" or story.document_id not in self._updated

    def _story(self, at: datetime) -> Story:
        kind = self._next_kind()
        order = self._draw.shuffled(sorted(kind.facts))
        said, left = order[: self._knobs.facts], order[self._knobs.facts :]
        style = values.style(self._draw, self._world.currency)
        cast = self._world.cast(kind, said, at.date(), style)
        plan = self._author.plan(kind, said, cast | self._setting(at))
        desk = self._draw.pick(self._world.desks)
        return Story(self._next_id(), kind, desk, style, at, cast | self._setting(at), said, left, plan)

    def _retraction(self, edition: int, at: datetime, story: Story) -> Event:
        return Event(edition, at, "retraction", story.document_id, story, {}, source=story.desk)

    def _correction(self, edition: int, at: datetime, story: Story) -> Event | None:
        """The story with another value for one fact, said in a note or silently; None where no value will do."""
        for fact in self._draw.shuffled(story.said):
            if story.kind.spec(fact).type in UNCORRECTED:
                continue
            value = self._other(story, fact)
            if value is None:
                continue
            corrected = story.values | {fact: value}
            visible = self._draw.chance(500)
            note = self._author.note(_form(story, fact)) if visible else ""
            title = self._author.title("correction", story.plan.title) if visible else story.plan.title
            text, title = story.plan.text(corrected, note), Plan(title, ()).headline(corrected)
            return Event(edition, at, "correction", story.document_id, story, corrected, title, text, story.desk, fact)
        return None

    def _update(self, edition: int, at: datetime, story: Story) -> Event | None:
        """A later story, under an id of its own, that gives a fact a new value; the earlier one stands as it is."""
        for fact in [fact for fact in story.said if story.kind.facts[fact].change]:
            if value := self._other(story, fact):
                story.values = story.values | {fact: value} | self._setting(at)
                plan = self._author.update(story.kind, fact, story.plan)
                title, text = plan.headline(story.values), plan.text(story.values)
                return Event(edition, at, "update", self._next_id(), story, story.values, title, text, story.desk, fact)
        return None

    def _other(self, story: Story, fact: str) -> Value | None:
        """Another value of a fact, such that the old one is gone from the story and the new one stood nowhere in it."""
        old, before = story.values[fact], story.text.lower()
        for _ in range(TRIES):
            value = self._world.value(story.kind, fact, story.values, story.published_at.date(), story.style)
            after = story.plan.text(story.values | {fact: value}).lower()
            if value.text.lower() not in before and old.text.lower() not in after and _differ(old, value):
                return value
        return None

    def _reprint(self, event: Event, at: datetime) -> Event:
        desk = self._draw.pick([desk for desk in self._world.desks if desk != event.source])
        plan = self._author.reprint(event.story.plan, desk)
        document_id = self._next_id()
        event.story.reprints = [*event.story.reprints, document_id]
        title, text = plan.headline(event.values), plan.text(event.values)
        return replace(event, at=at, change="reprint", document_id=document_id, title=title, text=text, source=desk)

    def _setting(self, at: datetime) -> dict[str, Value]:
        day = at - timedelta(days=1) if self._draw.chance(300) else at
        weekday = values.WEEKDAYS[day.weekday()]
        return {"weekday": values.Said(weekday), "region": values.Said(self._world.region)}

    def _next_kind(self) -> Kind:
        """Every kind once before one comes again."""
        turn, place = divmod(self._documents_of_kinds, len(kinds()))
        return self._draw.child("kinds", turn).shuffled(kinds())[place]

    @property
    def _documents_of_kinds(self) -> int:
        return sum(1 for event in self._events if event.change == "new")

    def _next_id(self) -> str:
        self._documents += 1
        return f"w{self._knobs.seed}-{self._documents:04}"

    def _moments(self, edition: int, count: int) -> Iterator[datetime]:
        """So many different moments of an edition, in their order: three weeks for the first, one for each later."""
        first = edition == 1
        start = self._start if first else self._start + timedelta(weeks=FIRST_WEEKS + edition - 2)
        slots = range((CLOSES - OPENS) // STEP * 7 * (FIRST_WEEKS if first else 1))
        for slot in sorted(self._draw.shuffled(slots)[:count]):
            day, place = divmod(slot, (CLOSES - OPENS) // STEP)
            yield start + timedelta(days=day, minutes=OPENS + place * STEP)


def _form(story: Story, fact: str) -> str:
    """Which note a correction of a fact has."""
    value, kind = story.values[fact], story.kind.spec(fact).type
    if isinstance(value, Person):
        return "person"
    if kind in ("date", "month"):
        return "day"
    return "amount" if value.amount else "other"


def _differ(old: Value, new: Value) -> bool:
    """Whether somebody who knows the one would not be taken to know the other: no surname, no number in common."""
    if isinstance(old, Person) and isinstance(new, Person):
        return old.surname != new.surname
    return (
        not isinstance(old, Person)
        and not isinstance(new, Person)
        and not {old.text, *old.short} & {new.text, *new.short}
    )
