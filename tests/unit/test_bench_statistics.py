"""What the statistics promise, simulated in short: `python -m bench.statistics` is the long form."""

import pytest

from bench import statistics
from bench.simulations import Row


@pytest.mark.long
@pytest.mark.parametrize("name", statistics.names())
def test_every_promise_is_met_in_the_short_form(name: str) -> None:
    missed = [row for row in statistics.simulated(name, statistics.SEED, short=True) if not row.met]

    assert missed == []


def test_a_claim_stands_once_in_the_table_and_a_missed_one_is_named() -> None:
    rows = [Row("holds", f"with {n}", "95 %", f"{share} %", 10, met=share > 94) for n, share in ((8, 96), (9, 90))]
    lines = statistics.table(rows).splitlines()

    assert lines[2:] == ["| holds | with 8 | 95 % | 96 % | 10 | met |", "|  | with 9 | 95 % | 90 % | 10 | missed |"]
