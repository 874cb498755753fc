"""The joins of our partitions: in memory for the processor, and in a changelog from which the next owner reads them.

The changelog is a compacted topic with a partition for each partition of the joined topics; a key is a question's id.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import structlog

from services.scorer.join import Join
from services.scorer.processor import Changes
from shared.burials import OwnFaultError
from shared.records import InvalidMessageError, parsed

log = structlog.get_logger()
LEAST_JOINS = 20
"""Of so many joins one at least can be read, unless the fault is ours."""


class Entry(NamedTuple):
    """One change of the table; without a value it is a deletion."""

    partition: int
    key: bytes
    value: bytes | None


class Changelog(Protocol):
    """Where every change is written before it counts."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Returns once the broker has all of them; raises otherwise."""

    def read(self, partition: int) -> Iterable[tuple[bytes, bytes | None]]:
        """Every key and value that was acknowledged before the call, in order; raises if it cannot read them all."""


class TableJoins:
    """Joins by question id. All of it may take long and runs in the processor's thread."""

    def __init__(self, changelog: Changelog) -> None:
        self._changelog = changelog
        self._stored: dict[bytes, bytes] = {}

    def get(self, question_id: str, /) -> Join | None:
        stored = self._stored.get(question_id.encode())
        return None if stored is None else Join.model_validate_json(stored)

    def restore(self, partitions: Collection[int]) -> Iterator[tuple[str, Join]]:
        """Read the joins of these partitions anew and forget all others; gives each by its question's id.

        Another scorer may have moved them on since we last had them, so nothing is kept from before. One is opened at a
        time, and only their bytes are held: a hundred thousand may be open.
        """
        self.forget()
        for partition in partitions:
            for key, value in self._changelog.read(partition):
                self._put(key, value)
        held = len(self._stored)
        for key in list(self._stored):
            if (join := self._read(key, self._stored[key])) is None:
                del self._stored[key]
            else:
                yield key.decode(), join
        if held >= LEAST_JOINS and not self._stored:
            raise OwnFaultError(f"none of {held} joins that a scorer has written can be read by this version")

    def _read(self, key: bytes, value: bytes) -> Join | None:
        """An entry; None for one that cannot be read, which is logged: its question's result has to be asked again."""
        try:
            key.decode()
            return parsed(Join, value)
        except (InvalidMessageError, UnicodeDecodeError) as error:
            log.warning("a join cannot be read and is given up", key=key.decode(errors="replace"), reason=str(error))
            return None

    def forget(self) -> None:
        """Hold none any more; the changelog has them."""
        self._stored = {}

    def keep(self, changes: Changes) -> None:
        """Make the changes; returns once the broker has all of them. Forgetting what is not there is nothing."""
        entries = list(self._entries(changes))
        self._changelog.append(entries)
        for entry in entries:
            self._put(entry.key, entry.value)

    def _put(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self._stored.pop(key, None)
        else:
            self._stored[key] = value

    def _entries(self, changes: Changes) -> Iterator[Entry]:
        for question_id, join in changes.items():
            key = question_id.encode()
            if join is not None:
                yield Entry(join.partition, key, join.model_dump_json(exclude_defaults=True).encode())
            elif (forgotten := self.get(question_id)) is not None:
                yield Entry(forgotten.partition, key, None)
