"""What the statistics promise, held against made data: one file for each kind of promise, with `run(seed, short)`."""

from dataclasses import dataclass


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
