"""`python -m services.ingest`: documents in, revisions and chunks out."""

from datetime import UTC, datetime
from typing import Any

from services.ingest.handler import Ingest, Outcome
from services.ingest.settings import IngestSettings
from shared import plugins, topology
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.messages import DocumentChunked
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import TakenDocument

SERVICE = "ingest"


def chunked(outcome: Outcome) -> list[DocumentChunked]:
    """What the embedder must hear of."""
    return [outcome.chunked] if isinstance(outcome, TakenDocument) else []


def cleaners() -> dict[str, Any]:
    """A cleaner for each content type."""
    folder = "services.ingest.cleaners"
    return {"text/plain": plugins.load(folder, "plain", "clean"), "text/html": plugins.load(folder, "html", "clean")}


def build(readiness: Readiness) -> Runner[Outcome]:
    settings, kafka = IngestSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    documents = CassandraDocuments(connect(CassandraSettings()))
    delivery = Delivery(kafka, SERVICE)
    chunk = plugins.load("services.ingest.chunkers", settings.chunker)(settings, EncoderSettings())
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.DOCUMENTS], SERVICE, readiness.announce),
        handle=Ingest(settings, documents, chunk, cleaners(), lambda: datetime.now(UTC)),
        sinks=[documents, KafkaSink(delivery, topology.CHUNKS, chunked)],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(SERVICE, build)
