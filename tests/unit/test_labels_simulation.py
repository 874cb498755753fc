"""What few labels promise, held against made data: the short form of `python -m bench.statistics labels`."""

import pytest

from bench.simulations.labels import run

pytestmark = pytest.mark.long


def test_rates_corrected_accuracies_and_corrected_judges_hold_the_truth() -> None:
    """Coarse: with 60 experiments, 88 to 100 % are what chance makes of 95 %; the full form has 1,000."""
    rows = run(7, short=True)
    missed = [row for row in rows if not row.met]

    assert len(rows) > 15
    assert len(missed) <= 2, missed
