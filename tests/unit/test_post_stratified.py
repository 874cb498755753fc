"""Means over another mix of strata, by hand, and the test of slices that point in opposite directions."""

from math import sqrt
from statistics import fmean

import pytest

from shared.statistics import post_stratified
from shared.statistics.directions import crossover_p

OLD, NEW = [f"old-{n}" for n in range(8)], [f"new-{n}" for n in range(4)]
STRATA = dict.fromkeys(OLD, "old") | dict.fromkeys(NEW, "new")
RIGHT = {name: float(place < 6) for place, name in enumerate(OLD)} | {
    name: float(place < 1) for place, name in enumerate(NEW)
}
EVEN = {"old": 1.0, "new": 1.0}


def test_each_stratum_counts_with_its_weight_however_many_of_its_questions_were_asked() -> None:
    assert fmean(RIGHT.values()) == pytest.approx(7 / 12)
    assert fmean(post_stratified.column(RIGHT, STRATA, EVEN).values()) == pytest.approx((6 / 8 + 1 / 4) / 2)
    assert fmean(post_stratified.column(RIGHT, STRATA, {"new": 3.0}).values()) == pytest.approx(1 / 4)


def test_the_error_of_the_mean_is_that_within_strata() -> None:
    column = post_stratified.column(RIGHT, STRATA, EVEN)
    by_formula = 0.25 * (0.75 * 0.25 / 7) + 0.25 * (0.25 * 0.75 / 3)

    assert post_stratified.variance_of(column, {name: name for name in column}) == pytest.approx(by_formula)


def test_a_stratum_of_one_question_is_not_covered() -> None:
    assert post_stratified.covered({"a": "x", "b": "x", "c": "y"}, {"x": 2.0, "y": 2.0, "z": 1.0}) == {"x": 1.0}
    assert post_stratified.column({"a": 1.0}, {"a": "x"}, {"x": 1.0}) == {}


def test_a_mix_that_was_counted_adds_the_error_of_the_count() -> None:
    alone = post_stratified.error_of_the_mix(RIGHT, STRATA, EVEN, counted=0)
    of_100 = post_stratified.error_of_the_mix(RIGHT, STRATA, EVEN, counted=100)

    assert alone == 0.0
    assert of_100 == pytest.approx((0.5 * (0.75 - 0.5) ** 2 + 0.5 * (0.25 - 0.5) ** 2) / 100)


def test_strata_that_happen_to_be_all_alike_are_not_taken_to_be_without_error() -> None:
    alike = dict.fromkeys(OLD, 1.0) | dict.fromkeys(NEW, 0.0)
    lacking = post_stratified.error_of_sameness(alike, STRATA, EVEN, (0.0, 1.0))

    assert lacking > 0
    assert post_stratified.error_of_sameness(RIGHT, STRATA, EVEN, (0.0, 1.0)) < lacking


def test_a_stretched_column_keeps_its_mean_and_has_the_whole_error() -> None:
    column, clusters = post_stratified.column(RIGHT, STRATA, EVEN), {name: name for name in RIGHT}
    own = post_stratified.variance_of(column, clusters)
    wider = post_stratified.stretch(column, post_stratified.stretched(column, clusters, 3 * own))

    assert fmean(wider.values()) == pytest.approx(fmean(column.values()))
    assert sqrt(post_stratified.variance_of(wider, clusters)) == pytest.approx(2 * sqrt(own))


def test_slices_that_clearly_disagree_are_a_crossover_and_such_as_agree_are_none() -> None:
    assert crossover_p([(0.5, 0.0002), (-0.5, 0.0002)]) < 0.001
    assert crossover_p([(0.5, 0.0002), (0.3, 0.0002), (-0.1, 0.6)]) > 0.3
    assert crossover_p([(0.5, 0.0002), (0.3, 0.0002)]) == 1.0
    assert crossover_p([(0.5, 0.0002)]) == crossover_p([]) == 1.0


def test_of_two_slices_a_crossover_is_as_sure_as_the_less_sure_of_both() -> None:
    """With two parts the mixture has one chi-square at weight one half: half the two-sided p."""
    assert crossover_p([(0.4, 0.01), (-0.4, 0.03)]) == pytest.approx(0.015)
