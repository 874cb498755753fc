"""`python -m services.ingest.cut`: cut a file of documents into chunks as the service would, without any server.

Reads DocumentPublished as JSON lines, in the order of their publication, and writes DocumentChunked as JSON lines:
the same cleaning, numbering and cutting, by the same handler. Progress is one JSON object a line on standard output.
"""

import argparse
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.ingest.__main__ import cleaners
from services.ingest.duplicates import Duplicates, retractions
from services.ingest.handler import Ingest
from services.ingest.settings import IngestSettings
from shared import lines, plugins, topology
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.messages import DocumentChunked, DocumentPublished
from shared.records import InvalidMessageError, Position, RawRecord, Record
from shared.service import guarded
from shared.settings import EncoderSettings
from shared.stored import TakenDocument

EVERY = 50
Say = Callable[[str, dict[str, int]], None]


def main() -> None:
    """Read the arguments and cut; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=Path)
    parser.add_argument("chunks", type=Path, help="file to write")
    options = parser.parse_args()
    raise SystemExit(guarded("cut", lambda _: _cut(options.documents, options.chunks)))


def _cut(documents: Path, chunks: Path) -> None:
    with chunks.open("w", encoding="utf-8") as out:
        published = lines.read_all(documents, DocumentPublished)
        out.writelines(f"{chunked.model_dump_json()}\n" for chunked in cut(published, _say))


def cut(documents: Iterable[DocumentPublished], say: Say) -> Iterator[DocumentChunked]:
    """Every revision with its chunks, in order; near-duplicates are treated as the settings say.

    What ingest drops or refuses is counted and left out.
    """
    waiting, counts = deque(documents), Counter(done=0, dropped=0, refused=0)
    handle, sinks = _ingest()
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
            say("cut", dict(counts))
    say("done", dict(counts))


def _ingest() -> tuple[Ingest, Sequence[MemoryDispositions | MemoryDocuments | MemorySignatures]]:
    """The service's handler over the twins of its stores."""
    settings, signatures = IngestSettings(), MemorySignatures()
    dispositions, history = MemoryDispositions(), MemoryDocuments()
    handle = Ingest(
        settings=settings,
        dispositions=dispositions,
        history=history,
        chunk=plugins.load("services.ingest.chunkers", settings.chunker)(settings, EncoderSettings()),
        cleaners=cleaners(),
        language=plugins.load("services.ingest.languages", settings.language)(),
        duplicates=Duplicates.by(settings, signatures),
        now=lambda: datetime.now(UTC),
    )
    return handle, (dispositions, history, signatures)


def _record(document: DocumentPublished, number: int) -> Record[DocumentPublished]:
    where = Position(topology.DOCUMENTS.name, 0, number)
    return Record(document, RawRecord(where, document.document_id.encode(), None, datetime.now(UTC)))


def _say(event: str, about: dict[str, int]) -> None:
    print(json.dumps({"event": event, **about}), flush=True)  # noqa: T201 (the console reads this)


if __name__ == "__main__":
    main()
