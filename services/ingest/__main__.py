"""`python -m services.ingest`: documents in, revisions and chunks out."""

from datetime import UTC, datetime
from typing import Any

from services.ingest.duplicates import Counted, Duplicates, retractions
from services.ingest.handler import Ingest
from services.ingest.settings import IngestSettings
from services.ingest.sinks import chunked, in_order
from shared import plugins, topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.signatures import CassandraSignatures
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.observe import Readiness
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings, NewsSettings
from shared.stored import DocumentOutcome

SERVICE = "ingest"


def cleaners() -> dict[str, Any]:
    """A cleaner for each content type."""
    folder = "services.ingest.cleaners"
    return {"text/plain": plugins.load(folder, "plain", "clean"), "text/html": plugins.load(folder, "html", "clean")}


def _now() -> datetime:
    return datetime.now(UTC)


def build(readiness: Readiness) -> Runner[DocumentOutcome]:
    settings, kafka, keep = IngestSettings(), KafkaSettings(), Retention(NewsSettings().keep_days)
    client.require(kafka, topology.needed_by(SERVICE))
    chunk = plugins.load("services.ingest.chunkers", settings.chunker)(settings, EncoderSettings())
    store = connect(CassandraSettings())
    dispositions, documents = CassandraDispositions(store), CassandraDocuments(store, keep)
    signatures = CassandraSignatures(store, keep)
    delivery = Delivery(kafka, SERVICE)
    detect = plugins.load("services.ingest.languages", settings.language)()
    alike = Duplicates.by(settings, signatures)
    announce = KafkaSink(delivery, topology.CHUNKS, chunked)
    retract = KafkaSink(delivery, topology.DOCUMENTS, retractions)
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.DOCUMENTS], SERVICE, readiness.announce),
        handle=Ingest(
            settings, dispositions, documents, chunk, cleaners(), _now, language=detect, duplicates=alike, keep=keep
        ),
        sinks=[*in_order(dispositions, announce, documents, signatures, retract), Counted()],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(SERVICE, build)
