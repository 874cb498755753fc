"""What the statistics promise, held against made data: one file for each kind of promise, with `run(seed, short)`."""

from dataclasses import dataclass
from math import sqrt

SHORT = 200
"""Fewer experiments than this are a short form."""


@dataclass(frozen=True)
class Row:
    """One promise and what became of it: `runs` experiments made as `how` says measured it; `met` or missed.

    `run(seed: int, short: bool) -> list[Row]` of each file returns these. `short` is for tests: seconds instead of
    minutes, and figures that are coarser for it.
    """

    claim: str
    how: str
    promised: str
    measured: str
    runs: int
    met: bool


def by_chance(runs: int, share: float = 0.05) -> float:
    """How far a share may lie from what is promised by chance alone: two standard errors.

    Three in a short form, which has so few experiments that of its many rows some would miss by two.
    """
    return (3 if runs < SHORT else 2) * sqrt(share * (1 - share) / runs)
