"""What happens in a wire over time: one event for every document that is published, and how long each value holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.lab.wires.stories import Story
from shared.lab.wires.values import Value

Change = Literal["new", "correction", "retraction", "reprint", "update"]


@dataclass(frozen=True)
class Event:
    """One document as it is published. `fact` is the one that a correction or an update gives another value."""

    edition: int
    at: datetime
    change: Change
    document_id: str
    story: Story
    values: Mapping[str, Value]
    title: str = ""
    text: str = ""
    source: str = ""
    fact: str = ""


@dataclass(frozen=True)
class Timeline:
    """All events in their order, with what the wire's questions need to know of its world."""

    events: Sequence[Event]
    shared_surnames: frozenset[str]

    def until(self, edition: int) -> "Timeline":
        """What had happened when an edition was out."""
        return replace(self, events=[event for event in self.events if event.edition <= edition])

    def of(self, story: Story) -> list[Event]:
        """What became of a story, in order; its reprints apart."""
        return [event for event in self.events if event.story is story and event.change != "reprint"]

    def in_edition(self, number: int) -> list[Event]:
        return [event for event in self.events if event.edition == number]

    def of_change(self, change: Change) -> list[Event]:
        return [event for event in self.events if event.change == change]

    def validities(self, story: Story, fact: str) -> list["Validity"]:
        """The values that a fact had, one after the other; none is open but the last of a story that still stands."""
        validities: list[Validity] = []
        for event in self.of(story):
            if validities and validities[-1].until is None and (event.change == "retraction" or event.fact == fact):
                validities[-1] = replace(validities[-1], until=event.at)
            if event.change == "new" or event.fact == fact:
                validities.append(Validity(event.values[fact], event, event.at))
        return validities


@dataclass(frozen=True)
class Validity:
    """How long a value of a fact held, and the event that stated it; without an end it holds still."""

    value: Value
    event: Event
    since: datetime
    until: datetime | None = None
