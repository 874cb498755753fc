"""The joins in a Faust table, as the desk sees them.

Changes go to the changelog by hand: Faust's own assignment does not say when the broker has them, and is refused
outside an agent, where deadlines pass.
"""

import asyncio
from collections.abc import Awaitable, Collection, MutableMapping
from typing import Protocol

from services.scorer.desk import Changes
from services.scorer.join import Join


class Table(Protocol):
    """The part of a Faust table of bytes that is used."""

    @property
    def data(self) -> MutableMapping[bytes, bytes]:
        """Key -> value, in memory; changing it sends nothing."""

    def send_changelog(self, partition: int, key: bytes, value: bytes | None) -> Awaitable[object]:
        """Send one change; awaiting the answer waits for the broker."""


class TableJoins:
    """Joins by question id, over the table's bytes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, question_id: str, /) -> Join | None:
        stored = self._table.data.get(question_id.encode())
        return None if stored is None else Join.model_validate_json(stored)

    def all(self) -> dict[str, Join]:
        """Every join, parsed."""
        return {key.decode(): Join.model_validate_json(value) for key, value in self._table.data.items()}

    def drop_others(self, partitions: Collection[int]) -> None:
        """Forget what belongs to another scorer by now; Faust's memory store would keep it and later revive it."""
        for question_id, join in self.all().items():
            if join.partition not in partitions:
                del self._table.data[question_id.encode()]

    async def keep(self, changes: Changes) -> None:
        """Make the changes; returns once the broker has all of them."""
        sent = [self._keep_one(question_id, join) for question_id, join in changes.items()]
        await asyncio.gather(*(one for one in sent if one is not None))

    def _keep_one(self, question_id: str, join: Join | None) -> Awaitable[object] | None:
        key = question_id.encode()
        if join is not None:
            value = join.model_dump_json(exclude_defaults=True).encode()
            self._table.data[key] = value
            return self._table.send_changelog(join.partition, key, value)
        if (forgotten := self.get(question_id)) is None:
            return None
        del self._table.data[key]
        return self._table.send_changelog(forgotten.partition, key, None)
