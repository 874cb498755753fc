"""`python -m services.retriever.evaluation`: measure searches and rankers on a test collection.

Two steps, each a call: `read` brings foreign files into a folder of Tiltyard's own messages; ingest cuts its documents
into chunks; `search` stores them, runs every named run over the questions, and says how good each was. Progress is one
JSON object a line on standard output; the last line holds the report.
"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from services.retriever.evaluation import corpus, folder, report, runs
from services.retriever.evaluation.corpus import ChunkStore
from services.retriever.evaluation.vectors import KeptVectors
from services.retriever.settings import RetrieverSettings
from shared import plugins
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.collections import collection
from shared.jobs.events import write
from shared.jobs.retrieval_evaluation import (
    CollectionRead,
    Measurements,
    QuestionsSearched,
    RetrievalMeasured,
    SettingsMeasured,
    TextsEncoded,
)
from shared.memory.chunks import MemoryChunks
from shared.messages import DocumentChunked
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.service import guarded
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings
from shared.source_files import DataError

EVERY = 50


def main() -> None:
    """Read the arguments and do one step; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    steps = parser.add_subparsers(required=True)
    reading = steps.add_parser("read", help="foreign files into a folder")
    reading.add_argument("documents", type=Path)
    reading.add_argument("folder", type=Path)
    reading.add_argument("--questions", type=Path, default=None)
    reading.add_argument("--format", default="", choices=["", *plugins.names(collection.FORMATS)])
    reading.add_argument("--run", action="append", default=[], help="only looked at, for a name that is not there")
    reading.set_defaults(step=_read)
    searching = steps.add_parser("search", help="run and measure")
    searching.add_argument("folder", type=Path)
    searching.add_argument("chunks", type=Path, help="the folder's documents as ingest cut them")
    searching.add_argument("--run", action="append", default=[], help="such as bm25 or weighted+recency; repeatable")
    searching.add_argument("--in-memory", action="store_true", help="exact search on the twins instead of Cassandra")
    searching.add_argument("--out", type=Path, default=None, help="folder for TREC run and qrels files")
    searching.set_defaults(step=_search)
    options = parser.parse_args()
    raise SystemExit(guarded("evaluate", lambda readiness: options.step(options, readiness), ObserveSettings))


def _read(options: argparse.Namespace, _: Readiness) -> None:
    _named(options.run)  # a wrong name is said before the work begins
    loaded = collection.load([options.documents, *([options.questions] if options.questions else [])], options.format)
    if not loaded.judged:
        raise DataError(f"{options.documents}: no question names a document that answers it; nothing can be measured")
    folder.save(loaded, options.folder)
    write(CollectionRead(format=loaded.name, documents=len(loaded.documents), questions=len(loaded.questions)))


def _search(options: argparse.Namespace, _: Readiness) -> None:
    loaded, chunked, names = folder.opened(options.folder), folder.chunked(options.chunks), _named(options.run)
    if not chunked:
        raise DataError("ingest took none of the documents: they hold no text, or are too old")
    vectors = KeptVectors(EncoderSettings(), HomeSettings().home / "evaluation")
    with _store(vectors.name, in_memory=options.in_memory) as store:
        announcements = corpus.fill(store, chunked, vectors, _encoded)
        retrievers = runs.prepared(names, RetrieverSettings(), store, announcements=announcements, vectors=vectors)
        run_by_name = retrievers.run_all(loaded.judged, _now(chunked), _searched)
    if options.out:
        report.write_trec(options.out, loaded, run_by_name)
    standing = corpus.standing(chunked)
    measurements = Measurements(
        documents=len(standing),
        chunks=sum(len(document.chunks) for document in standing),
        encoder=vectors.name,
        store="memory" if options.in_memory else "cassandra",
        settings=SettingsMeasured(**RetrieverSettings().model_dump()),
        collection=loaded.name,
        questions=len(loaded.questions),
        without_gold=loaded.without_gold,
        baseline=names[0],
        levels=report.levels(loaded, run_by_name, names[0]),
    )
    write(RetrievalMeasured(report=measurements))


def _named(wanted: list[str]) -> list[str]:
    """The names of the runs, the configured retriever's first; raises ValueError for one that cannot be made."""
    settings = RetrieverSettings()
    names = list(dict.fromkeys([runs.name_of(settings), *(wanted or runs.usual(settings))]))
    for name in names:
        runs.settings_of(name, settings)
    return names


@contextmanager
def _store(encoder: str, *, in_memory: bool) -> Iterator[ChunkStore]:
    """An empty store: in memory, or a keyspace of its own that is dropped at the end."""
    if in_memory:
        yield MemoryChunks()
        return
    settings = CassandraSettings().model_copy(update={"keyspace": f"tiltyard_evaluation_{uuid4().hex[:8]}"})
    schema.apply(settings, encoder=encoder, dimensions=EncoderSettings().dimensions)
    try:
        with closing(connect(settings)) as store:
            yield CassandraChunks(store, encoder)
    finally:
        schema.drop(settings)


def _now(documents: list[DocumentChunked]) -> datetime:
    """When questions without a time of their own are asked: with the newest document."""
    return max(document.published_at for document in documents)


def _encoded(done: int, total: int) -> None:
    write(TextsEncoded(done=done, total=total))


def _searched(run: str, done: int, total: int) -> None:
    if done % EVERY == 0 or done == total:
        write(QuestionsSearched(run=run, done=done, total=total))


if __name__ == "__main__":
    main()
