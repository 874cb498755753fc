"""The reports and decisions under one folder, and nothing that lies outside of it.

Every part of a name is opened by itself, within the folder before it and without following links, so that no name leads
elsewhere, whatever is moved meanwhile.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.web.live.kept import Kept
from services.web.reports.said import KINDS, Kind, Said, said

FORMS = ("html", "md", "json")
NAMES = tuple(f"{kind}.{form}" for kind in KINDS for form in FORMS)
DEPTH, ENTRIES, LONGEST, REMEMBERED = 5, 20_000, 400, 1_000
"""Folders within folders, entries that are looked at, characters of a name, files whose sentences are remembered."""
MOST_BYTES = 32 * 1024 * 1024


class NotKeptError(LookupError):
    """There is no such file here, or it cannot be shown now; the message says why."""


@dataclass(frozen=True)
class KeptPage:
    """A page that lies in `folder`, seen from the folder of all, with "" for that one itself."""

    folder: str
    kind: Kind
    written_at: datetime

    def name(self, form: str) -> str:
        """Of one of its files, as `Folder.read` takes it."""
        return "/".join(filter(None, (self.folder, f"{self.kind}.{form}")))


class Folder:
    """Reads anew each time; several threads may."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._said = Kept[tuple[str, int, int], Said](REMEMBERED)

    def newest(self) -> list[KeptPage]:
        """All pages, those written last first."""
        found = [kept for kept in self._found() if len(kept.name("html")) <= LONGEST and _is_text(kept.folder)]
        return sorted(found, key=lambda kept: (kept.written_at, kept.folder, kept.kind), reverse=True)

    def said(self, kept: KeptPage) -> Said:
        """What its numbers say in short; why nothing, where they say nothing."""
        name = kept.name("json")
        try:
            with _opened(self.path, name) as (file, status):
                key = name, status.st_mtime_ns, status.st_size
                if (known := self._said.get(key)) is not None:
                    return known
                told = said(kept.kind, _all_of(file, status))
        except NotKeptError as error:
            return Said(why=f"its numbers cannot be read: {error}")
        self._said.put(key, told)
        return told

    def read(self, name: str) -> bytes:
        """A file whole. Raises NotKeptError, which says why, for what is none of `NAMES`, or is not whole."""
        with _opened(self.path, name) as (file, status):
            content = _all_of(file, status)
        if not content.rstrip().endswith({"html": b"</html>", "json": b"}"}.get(name.rpartition(".")[2], b"")):
            raise NotKeptError("it is being written at the moment, or was never finished: load it again")
        return content

    def _found(self) -> Iterator[KeptPage]:
        left, ahead = ENTRIES, [(self.path, "", 0)]
        while ahead:
            path, folder, depth = ahead.pop(0)
            for entry in _entries(path):
                left -= 1
                if left < 0:
                    return
                beneath = "/".join(filter(None, (folder, entry.name)))
                if depth < DEPTH and entry.is_dir(follow_symlinks=False):
                    ahead.append((path / entry.name, beneath, depth + 1))
                elif entry.name in PAGES and entry.is_file(follow_symlinks=False):
                    with suppress(OSError):  # it may be gone by now
                        at = datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC)
                        yield KeptPage(folder, PAGES[entry.name], at)


PAGES: dict[str, Kind] = {f"{kind}.html": kind for kind in KINDS}


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_text(name: str) -> bool:
    """Whether an address and a page can say it: no half of a character, and nothing that turns its letters around."""
    return name.isprintable() and "\\" not in name


@contextmanager
def _opened(root: Path, name: str) -> Iterator[tuple[int, os.stat_result]]:
    """A file's number, and what it is. Raises NotKeptError."""
    *folders, file = name.split("/")
    if (
        len(name) > LONGEST
        or not _is_text(name)
        or file not in NAMES
        or len(folders) > DEPTH
        or {"", ".", ".."} & {*folders}
    ):
        raise NotKeptError("no report or decision has this name")
    with ExitStack() as opened:
        try:
            at = _open(opened, root, os.O_DIRECTORY)
            for folder in folders:
                at = _open(opened, folder, os.O_DIRECTORY | os.O_NOFOLLOW, at)
            number = _open(opened, file, os.O_NOFOLLOW | os.O_NONBLOCK, at)
            status = os.fstat(number)
        except FileNotFoundError:
            raise NotKeptError("it is not there, or no longer") from None
        except OSError as error:
            raise NotKeptError(f"it cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(status.st_mode):
            raise NotKeptError("it is no file")
        if status.st_size > MOST_BYTES:
            raise NotKeptError(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB, which is more than pages show")
        yield number, status


def _open(opened: ExitStack, name: str | Path, flags: int, within: int | None = None) -> int:
    number = os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=within)
    opened.callback(os.close, number)
    return number


def _all_of(number: int, status: os.stat_result) -> bytes:
    """As much as it was when it was opened: a file that grows meanwhile ends there."""
    try:
        with open(number, "rb", closefd=False) as file:
            return file.read(status.st_size)
    except OSError as error:
        raise NotKeptError(f"it cannot be read: {error.strerror}") from None
