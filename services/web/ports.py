"""What the pages need of a broker and of the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from shared.lab.resending.sending import Carrier
from shared.lags import Lags
from shared.messages import Message, Revision
from shared.records import RawRecord
from shared.topology import AnyTopic


class Followed(Protocol):
    """Records of several topics as they come, after those that are kept."""

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """At most so many; none where none came in time. Raises ConnectionError while the broker is away."""
        ...

    def caught_up(self) -> bool:
        """Whether all that was kept at the start has been read."""
        ...

    def close(self) -> None: ...


class Publishing(Protocol):
    """Puts messages on public topics."""

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """The broker has it when this returns. Raises ConnectionError where it does not take it."""
        ...


class StandingRevisions(Protocol):
    """Which revision of a document stands in the store."""

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """The newest of each known document. Raises ConnectionError where the store does not answer."""
        ...


class Lagging(Protocol):
    """Knows how far services are behind on the topics that they read."""

    def look(self) -> Lags:
        """As of now. Raises ConnectionError where the broker does not say."""
        ...


class NotKnown:
    """Where nobody is asked."""

    def look(self) -> Lags:
        """Raises ConnectionError."""
        raise ConnectionError("how far services are is not known here")


Letters = Callable[[], Carrier]
"""Makes what reads dead letters whole and sends them, for one thread."""


def no_letters() -> Carrier:
    """Where none can be read: for tests. Raises ConnectionError."""
    raise ConnectionError("dead letters cannot be read here")
