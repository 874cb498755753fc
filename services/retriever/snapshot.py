"""Opening a word index on disk: gone on with where it is whole, and begun anew where it is not."""

import shutil
from pathlib import Path

import structlog
import tantivy

log = structlog.get_logger()


def opened(schema: tantivy.Schema, folder: Path | None) -> tantivy.Index:
    """The index in a folder, or an empty one in its place when that cannot be read; in memory without a folder."""
    if folder is None:
        return tantivy.Index(schema)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _whole(tantivy.Index(schema, str(folder)))
    except (ValueError, OSError, RuntimeError) as error:
        log.warning("the snapshot cannot be used and is built anew", folder=str(folder), reason=str(error))
        shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return tantivy.Index(schema, str(folder))


def _whole(index: tantivy.Index) -> tantivy.Index:
    """Every stored chunk is read once: a file that is damaged or missing is found here and not by a question."""
    searcher = index.searcher()
    count = searcher.num_docs
    if count:
        found = searcher.search(tantivy.Query.all_query(), int(count)).hits
        if len(found) != count:
            raise ValueError(f"{len(found)} of {count} chunks are there")
        for _, address in found:
            searcher.doc(address)
    return index
