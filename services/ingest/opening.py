"""Opening files of a folder that others write to: nothing outside of it, nothing but files, and never waiting for one.

What was listed may have become a link, a pipe or a device by the time it is opened.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class NoFileError(ValueError):
    """Something else stands where a file was."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file, by whatever links it is named; raises NoFileError where it is none, OSError as `open` does."""
    with _regular(os.open(path, _FILE)) as file:
        yield file


@contextmanager
def opened_within(root: Path, path: str) -> Iterator[BinaryIO]:
    """A file of the folder `root`, which is a real path, or one there that a link within it leads to.

    Raises ValueError where it leads out of the folder or is no file, OSError where it cannot be opened.
    """
    try:
        inside = (root / path).resolve().relative_to(root)
    except (ValueError, RuntimeError):
        raise ValueError("it leads out of the folder") from None
    with _regular(_opened_there(root, inside)) as file:
        yield file


def _opened_there(root: Path, inside: Path) -> int:
    """Folder by folder and without following links: none of them can be exchanged for a way out."""
    folder = os.open(root, _FOLDER)
    try:
        for part in inside.parts[:-1]:
            outer, folder = folder, os.open(part, _FOLDER, dir_fd=folder)
            os.close(outer)
        return os.open(inside.name, _FILE | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise ValueError("it was exchanged for a link while it was read") from None
        raise
    finally:
        os.close(folder)


def _regular(descriptor: int) -> BinaryIO:
    """The file behind a descriptor. It was opened without waiting, since a pipe may have nobody who writes."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise NoFileError("it is no file, but a folder, a pipe or a device")
