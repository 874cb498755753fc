"""Numbers and times as pages say them."""

from datetime import timedelta

from services.web.pages.words import age, counted, exact, took
from tests.builders import NOON


def test_spans_are_said_in_the_unit_that_reads_well() -> None:
    for milliseconds, said in (
        (0.4, "0 ms"),
        (999, "999 ms"),
        (2_400, "2.4 s"),
        (300_000, "5 minutes"),
        (9e7, "1 day"),
    ):
        assert took(milliseconds) == said


def test_ages_are_said_of_both_sides_of_now() -> None:
    for seconds, said in ((0.2, "now"), (1, "1 second ago"), (125, "2 minutes ago"), (-7_200, "in 2 hours")):
        assert age(NOON, NOON + timedelta(seconds=seconds)) == said


def test_counts_and_moments_are_exact() -> None:
    assert (counted(1, "arm"), counted(2_000, "arm")) == ("1 arm", "2,000 arms")
    assert exact(NOON) == "2025-03-03 12:00:00 UTC"
