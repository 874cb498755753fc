"""A folder of text, Markdown, HTML and PDF files, watched for changes and deletions.

A file is one document, named by its path in the folder. A file that is gone is retracted. Links out of the folder and
hidden files are not followed; where a part of the folder cannot be listed, nothing is retracted in that pass.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from services.ingest.documents import SUFFIXES, Read, read_within
from services.ingest.feed_items import document, document_id, feed_name
from services.ingest.feed_settings import FeedSettings
from services.ingest.opening import opened_within
from services.ingest.ports import (
    BadItem,
    Bookmark,
    Feed,
    FeedItem,
    FeedSource,
    FeedUnavailableError,
    Found,
    Unchanged,
)
from services.ingest.reading_apart import read_apart
from shared.feed_state import Seen, digest
from shared.messages import DocumentPublished


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """A folder that is there already; raises ValueError where it is not."""
    root = Path(source.address).resolve()
    if not root.is_dir():
        raise ValueError(f"no folder {root}")
    return Folder(root, replace(source, address=str(root)), settings)


@dataclass
class _Listing:
    """The files of a folder, and what could not be listed."""

    files: dict[str, os.stat_result] = field(default_factory=dict)
    unread: list[OSError] = field(default_factory=list)


@dataclass(frozen=True)
class Folder:
    """Every file whose size or time of change is another than when it was last read."""

    root: Path
    source: FeedSource
    settings: FeedSettings

    @property
    def name(self) -> str:
        return feed_name("folder", self.source)

    @property
    def every_s(self) -> float:
        return self.settings.folder_every_s

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        listing = self._listed()
        known = dict(bookmark.all())
        yield from (BadItem(str(error.filename or self.root), error.strerror or str(error)) for error in listing.unread)
        unchanged = 0
        for path, about in listing.files.items():
            name, stamp = document_id("folder", self.source, path), f"{about.st_mtime_ns} {about.st_size}"
            before = known.pop(name, None)
            if before is None or before.stamp != stamp:
                yield self._found(path, name, about, stamp)
            else:
                unchanged += before.live
        yield Unchanged(unchanged)
        if not listing.unread:
            yield from self._gone(known, empty=not listing.files)

    def _found(self, path: str, name: str, about: os.stat_result, stamp: str) -> Found:
        """A file as a document; what its reader stumbles over is reported until the file changes."""
        try:
            if about.st_size > self.settings.max_file_bytes:
                raise ValueError(f"{about.st_size} bytes, at most {self.settings.max_file_bytes} are read")
            data = self._bytes(path)
            parsed = self._document(path, name, about, self._read(path, data))
        except Exception as error:  # whatever is wrong with a file is its own fault alone
            return BadItem(path, f"{error}" or type(error).__name__, document_id=name, stamp=stamp)
        if isinstance(parsed, BadItem):
            return BadItem(path, parsed.reason, document_id=name, stamp=stamp)
        return FeedItem(datetime.now(UTC), parsed, stamp=stamp, fingerprint=digest(path, data))

    def _bytes(self, path: str) -> bytes:
        """At most one byte more than is allowed: a file may have grown since it was listed, or have been exchanged."""
        with opened_within(self.root, path) as file:
            data = file.read(self.settings.max_file_bytes + 1)
        if len(data) > self.settings.max_file_bytes:
            raise ValueError(f"more than {self.settings.max_file_bytes} bytes")
        return data

    def _read(self, path: str, data: bytes) -> Read:
        """Raises InvalidMessageError for what cannot be read, or not within the limits."""
        most_pages, most_characters = self.settings.max_pages, self.settings.max_file_bytes
        return read_apart(self.settings, read_within, Path(path).name, data, most_pages, most_characters)

    def _document(self, path: str, name: str, about: os.stat_result, text: Read) -> DocumentPublished | BadItem:
        return document(
            path,
            self.source.dates,
            document_id=name,
            title=text.title or Path(path).stem,
            text=text.text,
            content_type=text.content_type,
            published_at=text.date or datetime.fromtimestamp(about.st_mtime, UTC),
            tags=text.tags,
        )

    def _gone(self, known: dict[str, Seen], *, empty: bool) -> Iterator[Found]:
        gone = [name for name, seen in known.items() if seen.live]
        if gone and empty and not self.settings.retract_when_empty:
            raise FeedUnavailableError(
                f"{self.root} lost all its files: taken for not mounted, nothing is retracted "
                f"(TILTYARD_FEED_RETRACT_WHEN_EMPTY=true retracts them)"
            )
        for name in gone:
            yield FeedItem(datetime.now(UTC), DocumentPublished(document_id=name, op="retract"))

    def _listed(self) -> _Listing:
        """Raises FeedUnavailableError where the folder itself is gone: that is no deletion of its files."""
        if not self.root.is_dir():
            raise FeedUnavailableError(f"no folder {self.root}")
        listing = _Listing()
        for folder, subfolders, files in os.walk(self.root, onerror=listing.unread.append):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for file in sorted(files):
                self._list(Path(folder, file), listing)
        return listing

    def _list(self, path: Path, listing: _Listing) -> None:
        if path.name.startswith(".") or path.suffix.lower() not in SUFFIXES:
            return
        try:
            about, inside = path.stat(), path.resolve().is_relative_to(self.root)
        except (FileNotFoundError, RuntimeError):  # deleted meanwhile, a link to nowhere, or one that became a loop
            return
        except OSError as error:
            if error.errno != errno.ELOOP:
                listing.unread.append(error)
            return
        if stat.S_ISREG(about.st_mode) and inside:
            listing.files[path.relative_to(self.root).as_posix()] = about
