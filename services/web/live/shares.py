"""How the memory that the pages may take is divided among what they keep in it: a flood of one thing leaves the rest.

All of these are kept in a `Kept` with its share as a bound, so that together they never take more than the setting.
"""

from collections.abc import Callable, Mapping

MiB = 1024 * 1024
PERCENT: Mapping[str, int] = {
    "questions": 32, "answers before their question": 3, "searches": 15, "accepted": 3,
    "review items": 5, "verdicts": 5, "votes": 3,
    "journeys": 3, "own documents": 2, "words of own documents": 2, "on the way": 3, "revisions": 8,
    "dead letters": 6, "letters sent again": 2, "actions": 1, "adapters": 2, "trainings": 1, "contests": 1,
    "standings": 1, "means": 1, "views": 1,
}  # fmt: skip
Share = Callable[[str], int]
"""Of something, in bytes."""


def shares(memory_mib: int) -> Share:
    """Of so much memory."""
    return lambda of: memory_mib * MiB * PERCENT[of] // 100
