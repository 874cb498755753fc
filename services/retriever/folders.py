"""Where a retriever keeps the snapshot of its word index."""

from hashlib import sha256
from pathlib import Path

from services.retriever import words
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.kafka import topics
from shared.settings import CassandraSettings, KafkaSettings


def snapshot_folder(
    kafka: KafkaSettings, cassandra: CassandraSettings, encoder: str, settings: RetrieverSettings, *, home: Path
) -> Path:
    """A folder for exactly these announcements, chunks and words: an index of others is never gone on with."""
    of = (
        topics.identity(kafka, topology.INDEXED.name),
        cassandra.named_keyspace,
        encoder,
        settings.index_language,
        words.VERSION,
    )
    return home / "retriever" / sha256("\n".join(of).encode()).hexdigest()[:16]
