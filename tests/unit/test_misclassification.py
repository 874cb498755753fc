"""A measure's own errors, from strata of labelled answers, and what they do to a share."""

import pytest

from shared.statistics.intervals import Interval
from shared.statistics.misclassification import Errors, Stratum, corrected, errors_of, rogan_gladen, wilson

CERTAIN = 10**9


def known(sensitivity: float, specificity: float, labels: int = CERTAIN) -> Errors:
    """Errors that so many labels on either side tell."""
    nothing = Interval(0, None, 0.0, 1.0)
    of_right, of_wrong = (Interval(labels, rate, 0.0, 1.0) for rate in (sensitivity, specificity))
    return Errors(labels, labels, sensitivity=of_right, specificity=of_wrong, precision=nothing, omission=nothing)


def verdicts(right: int, of: int) -> tuple[list[float], list[int]]:
    return [1.0] * right + [0.0] * (of - right), list(range(of))


def test_rates_weigh_every_stratum_with_its_size() -> None:
    """90 % of 200 called right are right, and half of 20 doubtful ones; of 400 called wrong one in twenty is right."""
    errors = errors_of([Stratum(True, 200, 40, 36), Stratum(True, 20, 10, 5), Stratum(False, 400, 40, 2)])
    right, all_true = 200 * 0.9 + 10, 200 * 0.9 + 10 + 20

    assert errors.sensitivity.mean == pytest.approx(right / all_true)
    assert errors.specificity.mean == pytest.approx(380 / (380 + 30))
    assert errors.precision.mean == pytest.approx(right / 220)
    assert errors.omission.mean == pytest.approx(0.05)
    assert (errors.labels, errors.population) == (90, 620)


def test_a_stratum_without_labels_counts_as_another_of_its_side() -> None:
    one = errors_of([Stratum(True, 200, 40, 36), Stratum(True, 50, 0, 0), Stratum(False, 400, 40, 2)])
    same = errors_of([Stratum(True, 250, 40, 36), Stratum(False, 400, 40, 2)])

    assert one.sensitivity.mean == pytest.approx(same.sensitivity.mean)


def test_without_labels_on_one_side_nothing_is_known() -> None:
    errors = errors_of([Stratum(True, 200, 40, 36), Stratum(False, 400, 0, 0)])

    assert errors.sensitivity == errors.specificity == errors.omission == Interval(0, None, 0.0, 1.0)
    assert errors.precision.mean == pytest.approx(0.9)
    assert errors.discrimination is None
    assert corrected(*verdicts(40, 100), errors) == Interval(100, None, 0.0, 1.0)


def test_few_labels_that_all_agree_prove_no_perfection() -> None:
    errors = errors_of([Stratum(True, 200, 20, 20), Stratum(False, 200, 20, 0)])

    assert (errors.sensitivity.mean, errors.sensitivity.high) == (1.0, 1.0)
    assert errors.sensitivity.low < 0.95
    assert errors.omission.low == 0.0
    assert errors.omission.high > 0.05


@pytest.mark.parametrize("stratum", [Stratum(True, 5, 6, 1), Stratum(True, 5, 3, 4), Stratum(True, 5, 3, -1)])
def test_counts_that_cannot_be_are_refused(stratum: Stratum) -> None:
    with pytest.raises(ValueError, match="labelled <= population"):
        errors_of([stratum])


def test_rogan_and_gladens_share_undoes_what_errors_did() -> None:
    for truth in (0.0, 0.1, 0.5, 1.0):
        shown = truth * 0.9 + (1 - truth) * 0.05
        assert rogan_gladen(shown, 0.9, 0.95) == pytest.approx(truth)
    assert rogan_gladen(0.01, 0.9, 0.95) == 0.0, "fewer than its false alarms alone would be"


def test_only_answers_with_a_text_can_be_taken_for_right() -> None:
    """Of 100 questions 80 were answered, 30 truly right: 27 called right, and 2.5 of the 50 wrong ones."""
    assert rogan_gladen(0.295, 0.9, 0.95, judged=0.8) == pytest.approx(0.3)
    assert rogan_gladen(0.9, 0.9, 0.95, judged=0.8) == 0.8


def test_a_measure_that_guesses_corrects_nothing() -> None:
    with pytest.raises(ValueError, match="tells nothing"):
        rogan_gladen(0.5, 0.5, 0.5)
    assert corrected(*verdicts(50, 100), known(0.55, 0.5, labels=30)).mean is None


def test_with_a_perfect_measure_the_interval_is_agresti_and_coulls() -> None:
    interval = corrected(*verdicts(30, 100), known(1.0, 1.0))
    n, z = 99 + 1.96**2, 1.96  # 100 clusters: one degree of freedom is the mean's
    centre = (99 * 0.3 + z**2 / 2) / n
    reach = z * (centre * (1 - centre) / n) ** 0.5

    assert (interval.low, interval.high) == pytest.approx((centre - reach, centre + reach), abs=1e-4)


def test_with_known_errors_the_limits_are_those_of_the_share_moved_and_stretched() -> None:
    plain, moved = (corrected(*verdicts(30, 100), errors) for errors in (known(1.0, 1.0), known(0.9, 0.95)))

    assert moved.low == pytest.approx((plain.low - 0.05) / 0.85, abs=1e-4)
    assert moved.high == pytest.approx((plain.high - 0.05) / 0.85, abs=1e-4)


def test_fewer_labels_widen_the_interval_and_clusters_do_too() -> None:
    values, alone = verdicts(300, 1_000)
    by_three = [n // 3 for n in alone]
    sure, unsure = (corrected(values, alone, known(0.9, 0.95, labels)) for labels in (1_000, 40))
    clustered = corrected(values, by_three, known(0.9, 0.95, 1_000))

    assert unsure.high - unsure.low > 1.5 * (sure.high - sure.low)
    assert clustered.high - clustered.low > 1.5 * (sure.high - sure.low)


def test_limits_stay_within_what_can_be_and_hold_the_share_itself() -> None:
    for right in (0, 1, 99, 100):
        interval = corrected(*verdicts(right, 100), known(0.9, 0.95, 50), judged=1.0)
        assert interval.mean is not None
        assert 0.0 <= interval.low <= interval.mean <= interval.high <= 1.0
    assert corrected([], [], known(0.9, 0.9)) == Interval(0, None, 0.0, 1.0)


def test_wilsons_limits_are_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for right, of in ((0, 10), (3, 17), (50, 100), (10, 10)):
        assert wilson(right / of, of) == pytest.approx(proportion_confint(right, of, method="wilson"), abs=1e-9)
