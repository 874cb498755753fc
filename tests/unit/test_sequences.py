"""Confidence sequences: what limits follow from, and what they promise in made traffic."""

import numpy as np
import pytest

from bench.simulations import Row, live
from shared.statistics.intervals import Interval
from shared.statistics.sequences import betting_limits, log_capital, log_mixed, mixture_interval, mixture_reach, ruin


def limits(values: list[float], error: float = 0.05) -> tuple[float, float]:
    low, high = betting_limits(np.array(float(len(values))), log_capital(np.array(values)).sum(axis=0), error)
    return float(low), float(high)


def test_nothing_seen_leaves_the_whole_scale() -> None:
    assert mixture_interval(0, 0.0, lowest=-1.0) == Interval(0, None, -1.0, 1.0)
    assert limits([0.0]) == (-1.0, 1.0)


def test_values_in_clusters_are_worth_fewer() -> None:
    assert mixture_reach(400, effective_n=400.0) == mixture_reach(400)
    assert mixture_reach(400, effective_n=100.0) > 1.4 * mixture_reach(400)
    assert mixture_interval(1_000, 0.5, effective_n=1.0) == Interval(1_000, 0.5, 0.0, 1.0)


def test_limits_do_not_depend_on_the_order_of_values_and_change_sides_with_their_sign() -> None:
    values = np.random.default_rng(1).uniform(-1, 1, 200)
    low, high = limits(list(values))

    assert limits(list(values[::-1])) == pytest.approx((low, high), abs=1e-8)
    assert limits(list(-values)) == pytest.approx((-high, -low), abs=1e-8)
    assert low < values.mean() < high


def test_limits_narrow_with_the_spread_and_with_more_values() -> None:
    wild, calm = [1.0, -1.0] * 200, [0.1, -0.1] * 200

    assert limits(calm)[1] < limits(wild)[1] / 2
    assert limits(wild * 4)[1] < limits(wild)[1] / 1.5


def test_values_that_are_all_equal_do_not_claim_certainty() -> None:
    low, high = limits([1.0] * 1_000)

    assert 0.85 < low < 1.0
    assert high == 1.0


@pytest.mark.parametrize("seed", range(20))
def test_a_limit_leaves_0_out_exactly_where_a_bet_against_it_has_won(seed: int) -> None:
    values = np.random.default_rng(seed).choice([-1.0, 0.0, 1.0], 150, p=[0.14, 0.6, 0.26])
    capital = log_capital(values).sum(axis=0)
    low, high = betting_limits(np.array(150.0), capital, 0.05)

    assert list(log_mixed(capital) >= ruin(0.05)) == [bool(low > 0), bool(high < 0)]


def test_limits_of_many_pairs_at_once_are_those_of_each() -> None:
    values = np.random.default_rng(2).uniform(-0.5, 1, (6, 80))
    low, high = betting_limits(np.full(6, 80.0), log_capital(values).sum(axis=1), 0.05 / 6)

    for at in range(6):
        assert limits(list(values[at]), 0.05 / 6) == pytest.approx((low[at], high[at]), abs=1e-8)


def test_what_was_not_yet_seen_to_differ_is_not_ruled_out_when_news_drift() -> None:
    """The arms change places half way: the average so far is what limits are of, and they hold it at every moment."""
    draw = np.random.default_rng(3)
    chances = np.where(np.arange(600) < 300, 0.3, -0.3)
    expected = np.cumsum(chances) / np.arange(1, 601)
    missed = 0
    for _ in range(40):
        values = np.where(draw.random(600) < 0.5 + chances / 2, 1.0, -1.0)
        low, high = betting_limits(np.arange(1.0, 601.0), np.cumsum(log_capital(values), axis=0), 0.05)
        missed += bool(((expected < low) | (expected > high)).any())

    assert missed <= 4


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Short: 40 streams of 500 results, where 5 of 40 are one in fifty by chance; `python -m bench.statistics live`."""
    return live.run(seed=5, short=True)


def test_in_every_traffic_the_live_standings_mislead_in_at_most_five_per_cent_of_streams(rows: list[Row]) -> None:
    shares = [float(row.measured.split("%")[0]) for row in rows if row.promised == "at most 5 %"]
    by_questions = [float(row.measured.split()[-2]) for row in rows if "counted as" in row.measured]

    assert len(shares) == 22
    assert max(shares) <= 12.5
    assert np.mean(shares) <= 5.0
    assert max(by_questions) > 25, "the traffic must be such that questions counted as independent mislead"


def test_a_decision_needs_at_most_about_half_of_what_the_mixture_needs(rows: list[Row]) -> None:
    soon = [row for row in rows if row.claim.startswith("Questions until")]

    assert sum(row.met for row in soon) >= len(soon) - 2
