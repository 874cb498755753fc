"""How one process reads and writes topics, under its name and whatever broker is behind it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from shared.burials import DeadLetters
from shared.messages import Message
from shared.runner import Sink, Source
from shared.topology import AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)


def unheard() -> None:
    """For whoever need not hear that partitions were assigned."""


class Bus(Protocol):
    """A member of a group that has the name of the process. What its sinks and dead letters send may share a producer.

    `name` is the service's, with the worker's behind it where there are several kinds of workers.
    """

    @property
    def name(self) -> str: ...

    def source(self, topics: Sequence[AnyTopic], on_assigned: Callable[[], None] = unheard) -> Source:
        """The records of these topics from where the group stands; `on_assigned` hears of each assignment."""

    def sink(self, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> Sink[O]:
        """Publishes what `messages` makes of each outcome."""

    def dead_letters(self) -> DeadLetters:
        """Where what this process cannot handle is buried."""
