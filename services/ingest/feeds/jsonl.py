"""JSON lines of DocumentPublished that some program appends to a file.

The position is a byte offset with a hash of what stands before it: where that no longer fits, the file was truncated
or another one has its name. Then the rest of the old file is looked for beside it (`x.jsonl.1`) and the new one read
from its start.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from services.ingest.feed_items import feed_name
from services.ingest.feed_settings import FeedSettings
from services.ingest.opening import NoFileError, opened
from services.ingest.ports import BadItem, Bookmark, Feed, FeedItem, FeedSource, FeedUnavailableError, Found, Reached
from shared import lines
from shared.feed_state import digest
from shared.messages import DocumentPublished
from shared.source_files import raw_lines

TAIL = 1_024


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """A file that is there already; raises ValueError where it is not."""
    path = Path(source.address).absolute()
    if not path.is_file():
        raise ValueError(f"no file {path}")
    if path.suffix == ".gz":
        raise ValueError(f"{path}: a packed file does not grow line by line; `tiltyard publish {path.name}` reads it")
    named = FeedSource(str(path), source.name)
    return Lines(path, feed_name("jsonl", named), settings.jsonl_every_s, settings.max_line_bytes)


@dataclass(frozen=True)
class FilePosition:
    """How far a file was read: the offset, the last bytes before it, and the number of lines, if that is known."""

    offset: int = 0
    before: bytes = b""
    lines: int | None = 0

    def after(self, line: bytes) -> "FilePosition":
        return FilePosition(self.offset + len(line), (self.before + line)[-TAIL:], self.counted)

    @property
    def counted(self) -> int | None:
        """The number of the line that begins here."""
        return None if self.lines is None else self.lines + 1

    def __str__(self) -> str:
        return json.dumps({"offset": self.offset, "before": digest(self.before), "lines": self.lines})


@dataclass(frozen=True)
class Lines:
    """Every line from the position on that is finished by a line end."""

    path: Path
    name: str
    every_s: float
    longest: int

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        saved = json.loads(bookmark.position or '{"offset": 0}')
        try:
            place = _resumed(self.path, saved) if saved["offset"] else FilePosition()
            if place is None:
                yield from self._rest_of_the_old(saved)
            yield from self._after(self.path, place or FilePosition())
        except FileNotFoundError as error:
            raise FeedUnavailableError(f"no file {self.path}") from error
        except NoFileError as error:
            raise FeedUnavailableError(f"{self.path}: {error}") from error
        except OSError as error:
            raise FeedUnavailableError(f"{self.path} cannot be read: {error.strerror or error}") from error

    def _rest_of_the_old(self, saved: dict[str, object]) -> Iterator[Found]:
        """What was still unread when the file was moved aside; no position leads back into it."""
        beside = [path for path in self.path.parent.iterdir() if path.name.startswith(f"{self.path.name}.")]
        places = [(path, place) for path in sorted(beside) if path.is_file() and (place := _resumed(path, saved))]
        rest = (
            f"the rest of the old one is read from {places[0][0].name}" if places else "nothing of the old one is left"
        )
        yield BadItem(str(self.path), f"truncated or replaced: read from its start; {rest}")
        for path, place in places[:1]:
            yield from self._after(path, place, positions=False)

    def _after(self, path: Path, place: FilePosition, *, positions: bool = True) -> Iterator[Found]:
        with opened(path) as file:
            file.seek(place.offset)
            for raw in raw_lines(file, self.longest):
                if not raw.ended:
                    break
                where = f"{path.name}, line {place.counted}" if place.counted else f"{path.name}, byte {place.offset}"
                too_long = raw.size > len(raw.text)
                after = _place_at(file, place.offset + raw.size, place.counted) if too_long else place.after(raw.text)
                place, position = after, str(after) if positions else ""
                if too_long:
                    yield BadItem(where, f"a line of {raw.size} bytes, at most {self.longest} are taken", position)
                elif raw.text.removeprefix(BOM_UTF8).strip():
                    yield _found(raw.text, where, position)
        if positions:
            yield Reached(str(place))


def _found(line: bytes, where: str, position: str) -> Found:
    try:
        message = lines.parse(line, DocumentPublished)
    except ValueError as error:
        return BadItem(where, str(error), position)
    return FeedItem(message.published_at or datetime.now(UTC), message, position, always=True)


def _resumed(path: Path, saved: dict[str, object]) -> FilePosition | None:
    """The saved place, if it is one of this file."""
    offset = int(str(saved["offset"]))
    if path.stat().st_size < offset:
        return None
    with opened(path) as file:
        read = saved.get("lines")
        place = _place_at(file, offset, read if isinstance(read, int) else None)
    return place if digest(place.before) == saved["before"] else None


def _place_at(file: BinaryIO, offset: int, lines_before: int | None) -> FilePosition:
    """A place in an open file, which then stands there."""
    file.seek(max(0, offset - TAIL))
    return FilePosition(offset, file.read(min(TAIL, offset)), lines_before)
