"""Batches of records as aiokafka reads them, without what it cannot read.

A record's headers have names in UTF-8, says the protocol, and no broker checks it. aiokafka raises an error at such a
name, at the same record for ever. Here the batch ends before it: what is not delivered is read from the topic by
`offsets.py`, as everything is that the group leaves out.
"""

from collections.abc import Iterator
from typing import Any

import structlog
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

log = structlog.get_logger()


class ReadableRecords:
    """What was fetched of a partition, as MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self._records: Any = MemoryRecords(data)

    def size_in_bytes(self) -> int:
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        return None if batch is None else _ReadableBatch(batch)


class _ReadableBatch:
    """A batch up to the first record that cannot be read; all else is the batch's own."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            log.warning("a header's name is not UTF-8: its batch is read from the topic", up_to=self._batch.next_offset)

    def __next__(self) -> Any:
        return next(self._batch)


def pass_over_unreadable() -> None:
    """Let every consumer of this process read batches so, from now on."""
    fetcher.MemoryRecords = ReadableRecords
