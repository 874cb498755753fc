"""`python -m services.ingest.cut`: cut a file of documents into chunks as the service would, without any server.

Reads DocumentPublished as JSON lines, in the order of their publication, and writes DocumentChunked as JSON lines:
the same cleaning, numbering and cutting, by the same handler. Progress is one JSON object a line on standard output.
"""

import argparse
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from services.ingest.assembly import Stores, handler
from services.ingest.duplicates import retractions
from services.ingest.settings import IngestSettings
from shared import lines, topology
from shared.jobs.cut import CuttingDone, DocumentsCut
from shared.jobs.events import write
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.messages import DocumentChunked, DocumentPublished
from shared.observe_settings import ObserveSettings
from shared.records import InvalidMessageError, Position, RawRecord, Record
from shared.service import guarded
from shared.settings import EncoderSettings
from shared.stored import TakenDocument

EVERY = 50
Say = Callable[[DocumentsCut | CuttingDone], None]


def main() -> None:
    """Read the arguments and cut; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=Path)
    parser.add_argument("chunks", type=Path, help="file to write")
    options = parser.parse_args()
    raise SystemExit(guarded("cut", lambda _: _run(options.documents, options.chunks), ObserveSettings))


def _run(documents: Path, chunks: Path) -> None:
    with chunks.open("w", encoding="utf-8") as out:
        published = lines.read_all(documents, DocumentPublished)
        chunked = cut(published, write, IngestSettings(), encoder=EncoderSettings())
        out.writelines(f"{document.model_dump_json()}\n" for document in chunked)


def cut(
    documents: Iterable[DocumentPublished], say: Say, settings: IngestSettings, *, encoder: EncoderSettings
) -> Iterator[DocumentChunked]:
    """Every revision with its chunks, in order; near-duplicates are treated as the settings say.

    What ingest drops or refuses is counted and left out. The service's handler works over the twins of its stores.
    """
    waiting, counts = deque(documents), Counter(done=0, dropped=0, refused=0)
    stores = Stores(MemoryDispositions(), MemoryDocuments(), MemorySignatures())
    handle, sinks = handler(stores, settings, encoder), (stores.dispositions, stores.documents, stores.signatures)
    while waiting:
        counts["done"] += 1
        try:
            [effect] = handle([_record(waiting.popleft(), counts["done"])])
        except InvalidMessageError:
            counts["refused"] += 1
            continue
        for sink in sinks:
            sink.write(effect)
            sink.flush()
        waiting.extendleft(retractions(effect.outcome))
        if isinstance(effect.outcome, TakenDocument):
            yield effect.outcome.chunked
        counts["dropped"] += not isinstance(effect.outcome, TakenDocument)
        if counts["done"] % EVERY == 0:
            say(DocumentsCut.model_validate(counts))
    say(CuttingDone.model_validate(counts))


def _record(document: DocumentPublished, number: int) -> Record[DocumentPublished]:
    where = Position(topology.DOCUMENTS.name, 0, number)
    return Record(document, RawRecord(where, document.document_id.encode(), None, datetime.now(UTC)))


if __name__ == "__main__":
    main()
