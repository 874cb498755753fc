"""The joins in a Faust table, as the desk sees them.

Changes go to the changelog by hand: Faust's own assignment does not say when the broker has them, and is refused
outside an agent, where deadlines pass.
"""

import asyncio
from collections.abc import Awaitable, Collection, MutableMapping, Sequence
from typing import NamedTuple, Protocol

from services.scorer.desk import Changes
from services.scorer.join import Join


class Table(Protocol):
    """The part of a Faust table of bytes that is used."""

    @property
    def data(self) -> MutableMapping[bytes, bytes]:
        """Key -> value, in memory; changing it sends nothing."""

    def send_changelog(self, partition: int, key: bytes, value: bytes | None) -> Awaitable[object]:
        """Send one change; awaiting the answer waits for the broker."""


class Entry(NamedTuple):
    """One change of the table; without a value it is a deletion."""

    partition: int
    key: bytes
    value: bytes | None


class TableJoins:
    """Joins by question id, over the table's bytes. All but `keep` may take long and may run in another thread."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, question_id: str, /) -> Join | None:
        stored = self._table.data.get(question_id.encode())
        return None if stored is None else Join.model_validate_json(stored)

    def of(self, partitions: Collection[int]) -> dict[str, Join]:
        """The joins of these partitions, parsed; what belongs to another scorer by now is forgotten.

        Faust's memory store would keep it and later revive it.
        """
        found: dict[str, Join] = {}
        for key, value in list(self._table.data.items()):
            join = Join.model_validate_json(value)
            if join.partition in partitions:
                found[key.decode()] = join
            else:
                del self._table.data[key]
        return found

    def entries(self, changes: Changes) -> list[Entry]:
        """What the changes are in the table; forgetting what is not there is nothing."""
        found = (self._entry(question_id.encode(), join) for question_id, join in changes.items())
        return [one for one in found if one is not None]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Make the changes; returns once the broker has all of them."""
        for one in entries:
            if one.value is None:
                del self._table.data[one.key]
            else:
                self._table.data[one.key] = one.value
        await asyncio.gather(*(self._table.send_changelog(*one) for one in entries))

    def _entry(self, key: bytes, join: Join | None) -> Entry | None:
        if join is not None:
            return Entry(join.partition, key, join.model_dump_json(exclude_defaults=True).encode())
        forgotten = self.get(key.decode())
        return None if forgotten is None else Entry(forgotten.partition, key, None)
