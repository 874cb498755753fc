"""How the growth of the pages' memory is told: as a line through the hour, not as two of its points."""

import pytest

from bench.pages import grown


def test_growth_is_the_slope_of_the_line_through_the_minutes() -> None:
    rising = [200.0 + 10.0 * second / 3_600 for second in range(3_600)]
    told = grown(rising)

    assert told["slope_mib_per_hour"] == pytest.approx(10.0, abs=0.01)
    assert told["growth"] == pytest.approx(0.05, abs=0.001)
    assert len(told["rss_mib"]) == 60


def test_a_leap_at_the_end_is_no_growth_of_the_hour() -> None:
    told = grown([200.0] * 3_580 + [300.0] * 20)

    assert abs(told["growth"]) < 0.01
    assert told["rss_most_mib"] == 300.0


def test_a_single_minute_has_no_slope() -> None:
    assert grown([200.0] * 30)["slope_mib_per_hour"] == 0.0
