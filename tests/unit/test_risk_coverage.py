"""Risk against coverage by hand, against its definition, and its columns as means with the right spread."""

from itertools import permutations
from statistics import fmean

import numpy as np
import pytest

from shared.statistics.risk_coverage import area, curve, ordered, risk

SURE = {"a": 0.9, "b": 0.5, "c": 0.5, "d": 0.5, "e": 0.1}
WRONG = {"a": 0.0, "b": 1.0, "c": 0.0, "d": 0.0, "e": 1.0}


def mean(column: dict[str, float]) -> float:
    return fmean(column.values())


def test_the_area_is_the_mean_risk_over_all_coverages_and_over_all_orders_of_ties() -> None:
    by_order = []
    for tied in permutations("bcd"):
        wrong = np.array([WRONG[name] for name in ("a", *tied, "e")])
        by_order.append((np.cumsum(wrong) / np.arange(1, 6)).mean())

    assert mean(area(ordered(SURE, WRONG))) == pytest.approx(np.mean(by_order))


def test_the_columns_of_areas_differ_as_the_areas_without_each_question_do() -> None:
    column = area(ordered(SURE, WRONG))
    without = {
        name: mean(area(ordered(SURE, {other: wrong for other, wrong in WRONG.items() if other != name})))
        for name in WRONG
    }

    for name in WRONG:
        assert column[name] - column["a"] == pytest.approx(4 * (without["a"] - without[name])), name


def test_the_risk_is_the_share_of_errors_among_the_surest_and_ties_come_in_equal_parts() -> None:
    answers = ordered(SURE, WRONG)

    assert mean(risk(answers, 0.2)) == pytest.approx(0.0)
    assert mean(risk(answers, 0.6)) == pytest.approx((2 / 3) / 3)
    assert mean(risk(answers, 1.0)) == pytest.approx(2 / 5)
    assert np.allclose(curve(answers), [(0.2, 0.0), (0.8, 0.25), (1.0, 0.4)])


def test_an_arm_that_is_sure_of_what_is_right_has_the_smaller_area() -> None:
    known = {str(n): float(n) for n in range(10)}
    wrong = {name: float(sure < 4) for name, sure in known.items()}
    turned = {name: -sure for name, sure in known.items()}

    assert mean(area(ordered(known, wrong))) < 0.4 < mean(area(ordered(turned, wrong)))
    assert mean(area(ordered(dict.fromkeys(known, 0.0), wrong))) == pytest.approx(0.4), "certainty says nothing"


def test_of_no_question_nothing_is_told() -> None:
    nothing = ordered({}, {})

    assert (area(nothing), risk(nothing, 0.5), curve(nothing)) == ({}, {}, [])


@pytest.mark.parametrize("what", ["area", "risk"])
def test_the_spread_of_a_column_is_the_error_of_its_mean(what: str) -> None:
    generator, n = np.random.default_rng(3), 200
    told = []
    for _ in range(300):
        sure = generator.random(n)
        wrong = generator.random(n) < 0.8 - 0.6 * sure
        names = [str(place) for place in range(n)]
        answers = ordered(dict(zip(names, sure, strict=True)), dict(zip(names, wrong.astype(float), strict=True)))
        column = list((area(answers) if what == "area" else risk(answers, 0.5)).values())
        told.append((fmean(column), np.std(column) / np.sqrt(n)))
    values, errors = np.array(told).T

    assert errors.mean() == pytest.approx(values.std(), rel=0.15)
