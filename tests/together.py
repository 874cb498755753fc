"""Which tests run in the same process where several processes share a run."""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

STARTED_ONCE = ("house: House", "own: Servers")
"""Fixtures that start processes for a whole run, as tests ask for them."""


class TogetherScheduling(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """The tests of a file stay together, and so do files with the same started processes: one worker starts them."""

    def _split_scope(self, nodeid: str) -> str:
        return together(self.config.rootpath / nodeid.partition("::")[0])


@cache
def together(file: Path) -> str:
    """What a file's tests share: the processes that they ask for, else the file."""
    text = file.read_text(encoding="utf-8")
    return next((started for started in STARTED_ONCE if started in text), str(file))
