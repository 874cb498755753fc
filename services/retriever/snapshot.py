"""Opening a word index on disk: gone on with where it is whole, and begun anew where it is not.

Tantivy ends each of its files with the CRC-32 of what stands before it, and does not compare it by itself: a damaged
file would be found by a question, as a panic or as a wrong answer. So every file of the index is read once here.
"""

import fcntl
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import structlog
import tantivy

LOCK, META = ".tantivy-writer.lock", "meta.json"
MAGIC, TRAILER = 1337, 8  # footer (JSON), its length and the magic number, four bytes each
AT_ONCE = 1024 * 1024
_PARTS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
log = structlog.get_logger()


def opened(schema: tantivy.Schema, folder: Path | None) -> tantivy.Index:
    """The index in a folder, or an empty one in its place when that cannot be read; in memory without a folder.

    Raises ValueError ("LockBusy", as tantivy says it) where another process writes there: its files are left alone.
    """
    if folder is None:
        return tantivy.Index(schema)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        try:
            check(folder)
            return tantivy.Index(schema, str(folder))
        except (ValueError, OSError, RuntimeError, LookupError) as error:
            log.warning("the snapshot cannot be used and is built anew", folder=str(folder), reason=str(error))
            for file in folder.iterdir():
                if file.name != LOCK:
                    file.unlink()
            return tantivy.Index(schema, str(folder))


def check(folder: Path) -> None:
    """Compare the checksum of every file that the index consists of; raises ValueError or OSError for the first bad."""
    if not (folder / META).exists():
        if any(folder.glob("*.store")):
            raise ValueError(f"{META} is missing")
        return
    for segment in json.loads((folder / META).read_bytes())["segments"]:
        name = segment["segment_id"].replace("-", "")
        gone = [f"{segment['deletes']['opstamp']}.del"] if segment.get("deletes") else []
        for part in (*_PARTS, *gone):
            _check_file(folder / f"{name}.{part}")


def _check_file(path: Path) -> None:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - TRAILER))
        trailer = stream.read()
        footer, magic = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
        if magic != MAGIC or footer + TRAILER > size:
            raise ValueError(f"{path.name} is cut short")
        stream.seek(size - TRAILER - footer)
        expected = json.loads(stream.read(footer))["crc"]
        stream.seek(0)
        if _crc(stream, size - TRAILER - footer) != expected:
            raise ValueError(f"{path.name} is damaged")


def _crc(stream: IO[bytes], size: int) -> int:
    crc = 0
    while block := stream.read(min(size, AT_ONCE)):
        crc, size = zlib.crc32(block, crc), size - len(block)
    return crc


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold tantivy's own lock on the folder, so that nobody's live index is taken for a damaged one."""
    with (folder / LOCK).open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError("LockBusy") from error
        yield
