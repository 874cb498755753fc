"""Putting ingest together from its settings: the same over Kafka and Cassandra, and in memory."""

from dataclasses import dataclass
from typing import Protocol

from services.ingest.duplicates import Counted, Duplicates, Signatures, retractions
from services.ingest.handler import Ingest
from services.ingest.ports import Clean
from services.ingest.settings import IngestSettings
from services.ingest.sinks import chunked, in_order
from services.ingest.time_limit import TimeLimited
from shared import plugins, topology
from shared.bus import Bus
from shared.retention import FOREVER, Retention
from shared.runner import Runner, Sink
from shared.settings import EncoderSettings
from shared.stored import Dispositions, DocumentHistory, DocumentOutcome


class StoredDispositions(Dispositions, Sink[DocumentOutcome], Protocol):
    """The dispositions: read by the handler, written first of all."""


class StoredDocuments(DocumentHistory, Sink[DocumentOutcome], Protocol):
    """The rows of documents: read by the handler, written by a sink."""


class StoredSignatures(Signatures, Sink[DocumentOutcome], Protocol):
    """What near-duplicates are found by: read by the handler, written by a sink."""


@dataclass(frozen=True)
class Stores:
    """What ingest reads and writes beside topics. `keep` has the clock."""

    dispositions: StoredDispositions
    documents: StoredDocuments
    signatures: StoredSignatures
    keep: Retention = FOREVER


def assemble(
    bus: Bus, stores: Stores, settings: IngestSettings, *, encoder: EncoderSettings
) -> Runner[DocumentOutcome]:
    """The service as it ships; chunks are cut for `encoder`. Raises ValueError for an unknown variant."""
    handle = handler(stores, settings, encoder)
    announce, retract = bus.sink(topology.CHUNKS, chunked), bus.sink(topology.DOCUMENTS, retractions)
    return Runner(
        service=bus.name,
        source=bus.source([topology.DOCUMENTS]),
        handle=handle,
        sinks=[*in_order(stores.dispositions, announce, stores.documents, stores.signatures, retract), Counted()],
        dead_letters=bus.dead_letters(),
        limit=settings.batch,
    )


def handler(stores: Stores, settings: IngestSettings, encoder: EncoderSettings) -> Ingest:
    """What decides, without what writes. Raises ValueError for an unknown variant."""
    return Ingest(
        settings,
        stores.dispositions,
        stores.documents,
        chunk=plugins.load("services.ingest.chunkers", settings.chunker)(settings, encoder),
        cleaners=cleaners(settings),
        now=stores.keep.now,
        language=plugins.load("services.ingest.languages", settings.language)(),
        duplicates=Duplicates.by(settings, stores.signatures),
        keep=stores.keep,
    )


def cleaners(settings: IngestSettings) -> dict[str, Clean]:
    """A cleaner for each content type; HTML, which can take any time, is read in a process that can be ended."""
    plain, html = (plugins.load("services.ingest.cleaners", name, "clean") for name in ("plain", "html"))
    return {"text/plain": plain, "text/html": TimeLimited(html, settings.html_within_s)}
