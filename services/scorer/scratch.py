"""A file for what is too much for memory and need not outlive the process, such as a cache of a topic."""

import sqlite3
from pathlib import Path
from tempfile import NamedTemporaryFile

CACHE_KIB = 2_048


def opened(folder: Path) -> sqlite3.Connection:
    """A database in a file of `folder` that no name leads to: gone with the process, and nothing is synchronised."""
    folder.mkdir(parents=True, exist_ok=True)
    # Whoever calls does so from one thread at a time, though not always from the same one.
    with NamedTemporaryFile(dir=folder, prefix="counted-") as named:
        file = sqlite3.connect(named.name, check_same_thread=False, isolation_level=None)
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{CACHE_KIB}",
        ):
            file.execute(f"PRAGMA {setting}")
        file.execute("PRAGMA user_version = 1")  # while the file has a name: it is opened when first written
        file.execute("BEGIN")  # for ever: nobody else reads it, and each commit would cost a write
    return file
