"""A folder that one process at a time works in: a second trial or decision there would undo the first."""

import fcntl
from pathlib import Path
from typing import IO

FILE = ".in-use"


def locked(folder: Path, what: str) -> IO[str]:
    """Keep others out of the folder until what is returned is closed, or this process ends.

    Raises ValueError where another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / FILE).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise ValueError(f"{what} runs in {folder} already: wait until it has ended, or use another folder") from error
    return file
