"""What an audit of very many documents takes: dispositions and records are written straight, then audited."""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.console.live.accounting import LiveAuditSource
from shared import topology
from shared.cassandra.client import Statement, Store, connect
from shared.cassandra.dispositions import put
from shared.kafka.sink import Delivery
from shared.lab import accounting
from shared.lab.accounting import AuditSource
from shared.messages import DocumentIndexed
from shared.records import Position, RawRecord
from shared.settings import CassandraSettings, KafkaSettings
from shared.stored import Disposition
from tests.kills.run import PARTITIONS, servers

TOGETHER, FLUSH_EVERY, AT_ONCE = 100, 50_000, 64
REPEATED = 10
"""Each document came so often: once as a revision, then unchanged."""
NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)


def measure(options: Namespace) -> dict[str, Any]:
    """Seconds to write and to audit, and how much memory the audit took; without servers only the counting."""
    if options.without_servers:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            return apart.submit(count_apart, options.dispositions // PARTITIONS).result()
    with TemporaryDirectory() as folder, servers(Path(folder)) as environment:
        began = time.monotonic()
        each = options.dispositions // PARTITIONS
        _write_topics(environment, each)
        _write_dispositions(environment, each)
        written_s = time.monotonic() - began
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            audited = apart.submit(audit_apart, dict(environment)).result()
    return {"dispositions": each * PARTITIONS, "written_s": round(written_s, 1)} | audited


class Made:
    """What the audit reads, made as it is read."""

    since: datetime | None = None

    def __init__(self, each: int) -> None:
        self._each = each

    def ranges(self, topic: str) -> dict[int, tuple[int, int]]:
        held = self._each if topic == topology.DOCUMENTS.name else 0
        return dict.fromkeys(range(PARTITIONS), (0, held))

    def read(self, topic: str) -> Iterator[RawRecord]:
        for partition in range(PARTITIONS if topic == topology.INDEXED.name else 0):
            for offset in range(0, self._each, REPEATED):
                message = _announced(_name(partition, offset))
                value, place = message.model_dump_json().encode(), Position(topic, partition, offset)
                yield RawRecord(place, message.document_id.encode(), value, NOW)

    def dispositions(self, topic: str, partition: int, low: int, high: int) -> Iterator[Disposition]:  # noqa: ARG002
        return (_decided(partition, offset) for offset in range(low, high))


def count_apart(each: int) -> dict[str, Any]:
    """The counting alone, in a process of its own."""
    return {"dispositions": each * PARTITIONS} | _audited(Made(each))


def audit_apart(environment: Mapping[str, str]) -> dict[str, Any]:
    """The audit in a process of its own."""
    with closing(LiveAuditSource(_kafka(environment), _cassandra(environment))) as source:
        return _audited(source)


def _audited(source: AuditSource) -> dict[str, Any]:
    """With its peak of memory above what its imports took."""
    before, began, worked = _peak_mib(), time.monotonic(), time.process_time()
    audited = accounting.audit(source)
    return {
        "processor_s": round(time.process_time() - worked, 1),
        "audit_s": round(time.monotonic() - began, 1),
        "audit_mib": round(_peak_mib() - before),
        "balanced": audited.balanced,
        "documents_in": audited.documents_in,
        "revisions_indexed": audited.revisions_indexed,
        "documents_dropped": audited.documents_dropped,
    }


def _write_topics(environment: Mapping[str, str], each: int) -> None:
    """Records that only have an offset, and an announcement of each document."""
    delivery = Delivery(_kafka(environment), "bench")
    for offset in range(each):
        for partition in range(PARTITIONS):
            delivery.send(topology.DOCUMENTS.name, b"k", b"{}", {}, partition=partition)
            if offset % REPEATED == 0:
                message = _announced(_name(partition, offset))
                value = message.model_dump_json().encode()
                delivery.send(topology.INDEXED.name, message.document_id.encode(), value, {})
        if offset % FLUSH_EVERY == 0:
            delivery.flush()
    delivery.flush()


def _write_dispositions(environment: Mapping[str, str], each: int) -> None:
    store = connect(_cassandra(environment))
    try:
        for partition in range(PARTITIONS):
            waiting: list[list[Statement]] = []
            for batch in _batches(partition, each):
                waiting.append(batch)
                if len(waiting) == AT_ONCE:
                    _flush(store, waiting)
            _flush(store, waiting)
    finally:
        store.close()


def _flush(store: Store, waiting: list[list[Statement]]) -> None:
    store.write_partitions(waiting)
    waiting.clear()


def _batches(partition: int, each: int) -> Iterator[list[Statement]]:
    """Of one row of a bucket each, so that each is one write of the store."""
    for start in range(0, each, TOGETHER):
        offsets = range(start, min(start + TOGETHER, each))
        yield [put(_decided(partition, offset), 0) for offset in offsets]


def _decided(partition: int, offset: int) -> Disposition:
    position, name = Position(topology.DOCUMENTS.name, partition, offset), _name(partition, offset)
    if offset % REPEATED:
        return Disposition(position, "dropped", name, 1, "unchanged")
    return Disposition(position, "revision", name, 1)


def _name(partition: int, offset: int) -> str:
    return f"document-{partition}-{offset // REPEATED}"


def _announced(name: str) -> DocumentIndexed:
    return DocumentIndexed(
        document_id=name, revision=1, published_at=NOW, first_seen_at=NOW, content_hash="c0ffee", appended_at=NOW,
        ingested_at=NOW, chunk_count=1, encoder="bench", stored_at=NOW,
    )  # fmt: skip


def _kafka(environment: Mapping[str, str]) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"])


def _cassandra(environment: Mapping[str, str]) -> CassandraSettings:
    return CassandraSettings(port=int(environment["TILTYARD_CASSANDRA_PORT"]))


def _peak_mib() -> float:
    """Of this program; `getrusage` would tell that of the process from which it was started too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
