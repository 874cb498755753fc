"""The fit over trainings of several sizes: what it claims, how often that is true, and what is no curve."""

import json
from pathlib import Path

import numpy as np
import pytest

from shared.lab.deciding import learning_curve, trial
from shared.lab.deciding.learning_curve import LearningCurve
from tests.deciding import a_curve, a_point, written

SIZES, TRAININGS, QUESTIONS = (50, 100, 200, 400), 2, 96
LEVEL, APART, HARD = -0.3, 0.25, 0.8


def share(odds: float, worlds: np.random.Generator) -> float:
    """The truth over trainings and questions that differ, by simulation."""
    drawn = odds + worlds.normal(0, np.hypot(APART, HARD), 200_000)
    return float((1 / (1 + np.exp(-drawn))).mean())


def a_world(draw: np.random.Generator, slope: float) -> LearningCurve:
    """The same questions after each training; trainings of one size differ too."""
    hard, points = draw.normal(0, HARD, QUESTIONS), []
    for size in np.repeat(SIZES, TRAININGS):
        odds = LEVEL + slope * np.log2(size / SIZES[-1]) + draw.normal(0, APART) + hard
        right = float((draw.random(QUESTIONS) < 1 / (1 + np.exp(-odds))).mean())
        reach = 1.96 * np.sqrt(right * (1 - right) / QUESTIONS)
        points.append(a_point(int(size), right, low=max(0.0, right - reach), high=min(1.0, right + reach)))
    return LearningCurve(points=tuple(points))


def test_limits_hold_the_truth_and_no_slope_is_told_where_there_is_none() -> None:
    draw, worlds = np.random.default_rng(20_260), 120
    for slope, least, most in ((0.0, 0.0, 0.08), (0.7, 0.8, 1.0)):
        level, change, told = 0, 0, 0
        twice, gain = share(LEVEL + slope, draw), share(LEVEL + slope, draw) - share(LEVEL, draw)
        for _ in range(worlds):
            fit = learning_curve.fit(a_world(draw, slope))
            assert fit is not None
            level += fit.twice.low <= twice <= fit.twice.high
            change += fit.change.low <= gain <= fit.change.high
            told += fit.tells_a_slope
        assert level / worlds >= 0.93
        assert change / worlds >= 0.93
        assert least <= told / worlds <= most


def test_a_straight_line_of_log_odds_is_found_again() -> None:
    line = [(size, float(1 / (1 + np.exp(2 - 0.5 * at)))) for at, size in enumerate((50, 100, 200, 400))]
    fit = learning_curve.fit(a_curve(*line, *line))

    assert fit is not None
    assert fit.twice.mean == pytest.approx(0.5, abs=0.01)
    assert fit.now.mean == pytest.approx(line[-1][1], abs=0.01)
    assert fit.change.mean == pytest.approx((fit.twice.mean or 0.0) - (fit.now.mean or 0.0))
    assert fit.tells_a_slope


def test_sizes_are_documents_where_pairs_do_not_differ() -> None:
    points = [a_point(100, 0.2 + 0.1 * at, documents=documents) for at, documents in enumerate((10, 20, 40))]
    curve = LearningCurve(points=tuple(points))
    fit = learning_curve.fit(curve)

    assert (curve.unit, curve.sizes) == ("documents", [10, 20, 40])
    assert fit is not None
    assert fit.largest == 40


def test_nothing_right_and_everything_right_have_limits_too() -> None:
    for right in (0.0, 1.0):
        fit = learning_curve.fit(a_curve((50, right), (100, right), (200, right)))
        assert fit is not None
        assert 0 <= fit.twice.low < fit.twice.high <= 1
        assert not fit.tells_a_slope


def test_two_trainings_or_one_size_make_no_curve() -> None:
    assert learning_curve.fit(a_curve((50, 0.1), (100, 0.2))) is None
    assert learning_curve.fit(a_curve((50, 0.1), (50, 0.2), (50, 0.15))) is None


def test_the_folder_of_a_trial_may_hold_a_curve(tmp_path: Path) -> None:
    written(tmp_path)
    assert trial.found([tmp_path]).curve is None
    curve = a_curve((50, 0.1), (100, 0.2))
    (tmp_path / learning_curve.FILE).write_text(curve.model_dump_json(), encoding="utf-8")

    assert trial.found([tmp_path]).curve == curve


def test_a_curve_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / learning_curve.FILE
    point = a_point().model_dump()
    bad: tuple[object, ...] = ({"points": []}, {"points": [point | {"right": 0.9}]}, {"points": [point | {"n": 0}]},
           {"points": [point | {"low": "nan"}]}, [1], {"points": [point | {"more": 1}]})  # fmt: skip
    for said in bad:
        file.write_text(json.dumps(said), encoding="utf-8")
        with pytest.raises(ValueError, match="is no learning curve"):
            learning_curve.read(file)
