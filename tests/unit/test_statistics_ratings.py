"""Ratings, agreement and calibration: known answers, reference implementations, degenerate cases."""

import numpy as np
import pytest

from shared.statistics.agreement import agreement
from shared.statistics.calibration import calibration
from shared.statistics.ratings import Preference, Winner, fitted_all, rate


def simulated(strengths: dict[str, float], *, questions: int, seed: int, ties: float = 0.0) -> list[Preference]:
    """Every pair judged once for each question, as the Bradley-Terry model has it."""
    rng = np.random.default_rng(seed)
    arms = list(strengths)
    preferences = []
    for question in range(questions):
        for first in range(len(arms)):
            for second in range(first):
                a, b = arms[first], arms[second]
                wins = rng.random() < 1 / (1 + np.exp(strengths[b] - strengths[a]))
                winner: Winner = "tie" if rng.random() < ties else "a" if wins else "b"
                preferences.append(Preference(f"q{question}", a, b, winner))
    return preferences


def test_known_strengths_are_recovered_within_their_intervals() -> None:
    strengths = {"base": -1.2, "tuned": -0.2, "base+rag": 0.4, "tuned+rag": 1.0}
    rated = rate(simulated(strengths, questions=500, seed=1), draws=200)

    assert [rating.arm for rating in rated.ratings] == ["tuned+rag", "base+rag", "tuned", "base"]
    for rating in rated.ratings:
        assert rating.strength == pytest.approx(strengths[rating.arm], abs=0.15)
        assert rating.low is not None
        assert rating.high is not None
        assert rating.low < strengths[rating.arm] < rating.high
    assert sum(rating.strength for rating in rated.ratings) == pytest.approx(0, abs=1e-9)
    assert (rated.preferences, rated.questions, rated.connected, rated.warning()) == (3_000, 500, True, None)


def test_many_tables_are_fitted_as_choix_fits_each() -> None:
    import choix

    rng = np.random.default_rng(5)
    tables = rng.poisson(rng.choice([0.2, 3, 200], size=(50, 1, 1)), size=(50, 5, 5)) * (1 - np.eye(5)) + 0.05
    lopsided = np.triu(np.full((5, 5), 1_000.0), 1) + 0.05 * (1 - np.eye(5))  # each beat all that come after it

    for table, strengths in zip(tables, fitted_all(tables), strict=True):
        assert strengths == pytest.approx(choix.ilsr_pairwise_dense(table, max_iter=10_000, tol=1e-10), abs=1e-5)
    assert np.diff(fitted_all(lopsided[None])[0]).max() < -5


def test_two_arms_have_the_log_odds_of_their_wins() -> None:
    won = [Preference(f"q{n}", "a", "b", "a") for n in range(3_000)]
    lost = [Preference(f"r{n}", "b", "a", "a") for n in range(1_000)]
    [first, second] = rate([*won, *lost], draws=100).ratings

    assert first.strength - second.strength == pytest.approx(np.log(3), abs=0.001)
    assert first.elo - second.elo == pytest.approx(400 * np.log10(3), abs=0.2)
    assert (first.wins, first.losses, first.ties) == (3_000, 1_000, 0)


def test_ties_are_half_wins_and_both_bad_rates_as_a_tie() -> None:
    kinds: list[Winner] = ["tie", "both_bad", "a", "b"]
    rated = rate([Preference(f"q{n}", "a", "b", kinds[n % 4]) for n in range(40)], draws=20)

    assert [rating.strength for rating in rated.ratings] == pytest.approx([0, 0], abs=1e-9)
    assert [(rating.wins, rating.losses, rating.ties) for rating in rated.ratings] == [(10, 10, 20)] * 2
    assert rated.both_bad == 10


def test_an_arm_that_never_lost_stays_finite() -> None:
    rated = rate([Preference(f"q{n}", "a", "b", "a") for n in range(12)], draws=50)

    assert [rating.arm for rating in rated.ratings] == ["a", "b"]
    assert 1 < rated.ratings[0].strength < 5
    assert all(np.isfinite([rating.strength, rating.low or 0, rating.high or 0]).all() for rating in rated.ratings)


def test_arms_that_were_never_compared_are_named() -> None:
    apart = [Preference(f"q{n}", *pair, "a") for n in range(8) for pair in (("a", "b"), ("c", "d"))]
    rated = rate(apart, draws=20)

    assert not rated.connected
    assert (
        rated.warning() == "These were never compared with one another, so their ratings cannot be: a and b; c and d."
    )
    assert rate([*apart, Preference("q0", "b", "c", "tie")], draws=20).connected


def test_too_few_questions_have_ratings_without_limits() -> None:
    rated = rate([Preference("q", "a", "b", "a")] * 50)

    assert rated.questions == 1
    assert {(rating.low, rating.high) for rating in rated.ratings} == {(None, None)}
    assert rate([]).ratings == ()
    assert rate([]).connected
    with pytest.raises(ValueError, match="one arm twice"):
        rate([Preference("q", "a", "a", "tie")])


def test_votes_on_one_question_are_drawn_together() -> None:
    """Ten votes for each of twelve questions, all ten alike, are worth twelve votes and not 120."""
    alike = [Preference(f"q{n}", "a", "b", "a" if n % 3 else "b") for n in range(12) for _ in range(10)]
    apart = [Preference(f"q{n}", "a", "b", "a" if n % 3 else "b") for n in range(120)]
    widths = [(rating.high or 0) - (rating.low or 0) for rating in (rate(alike).ratings[0], rate(apart).ratings[0])]

    assert widths[0] > 2 * widths[1]


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(2)
    for labels in (2, 3, 5):
        left = rng.integers(labels, size=80).tolist()
        right = [x if rng.random() < 0.6 else int(rng.integers(labels)) for x in left]
        agreed = agreement(left, right, draws=2_000)

        assert agreed.kappa.mean == pytest.approx(cohen_kappa_score(left, right))
        assert agreed.raw.mean == pytest.approx(np.mean(np.array(left) == right))
        assert agreed.kappa.mean is not None
        assert agreed.kappa.low < agreed.kappa.mean < agreed.kappa.high


def test_agreement_that_was_never_broken_is_not_certain() -> None:
    agreed = agreement(["a", "b"] * 6, ["a", "b"] * 6)

    assert agreed.kappa.mean == 1.0
    assert agreed.kappa.low == pytest.approx(1 - 2 * (1 - 0.025 ** (1 / 12)))
    assert agreed.kappa.high == 1.0


def test_kappa_is_undefined_where_only_one_label_was_used_or_nothing_was_rated() -> None:
    same, none = agreement(["a"] * 9, ["a"] * 9), agreement([], [])

    assert (same.raw.mean, same.kappa.mean, same.kappa.low, same.kappa.high) == (1.0, None, -1.0, 1.0)
    assert "undefined" in same.sentence()
    assert (none.n, none.raw.mean, none.kappa.mean) == (0, None, None)
    assert "unknown" in none.sentence()
    with pytest.raises(ValueError, match="as many on the other side"):
        agreement(["a"], [])
    single = agreement(["a"], ["b"])
    assert single.kappa.mean == 0.0
    assert (single.kappa.low, single.kappa.high) == pytest.approx((-0.975, 0.975))


def test_a_judge_that_guesses_agrees_by_chance_only() -> None:
    rng = np.random.default_rng(3)
    agreed = agreement((rng.random(300) < 0.9).tolist(), (rng.random(300) < 0.9).tolist())

    assert agreed.raw.mean is not None
    assert agreed.raw.mean > 0.75, "raw agreement looks good"
    assert agreed.kappa.low < 0 < agreed.kappa.high, "kappa does not"
    assert agreed.sentence().startswith("They agree on 8")


def test_brier_and_calibration_error_are_those_of_scikit_learn() -> None:
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import brier_score_loss

    rng = np.random.default_rng(4)
    said = rng.random(500)
    right = rng.random(500) < said**2
    calibrated = calibration(said.tolist(), right.tolist(), draws=2_000)
    came_true, mean_said = calibration_curve(right, said, n_bins=10)
    weights = np.histogram(said, bins=10, range=(0, 1))[0] / 500

    assert calibrated.brier.mean == pytest.approx(brier_score_loss(right, said))
    assert calibrated.ece.mean == pytest.approx((weights * np.abs(came_true - mean_said)).sum())
    assert [calibration_bin.came_true for calibration_bin in calibrated.bins] == pytest.approx(came_true)
    assert calibrated.ece.mean is not None
    assert calibrated.ece.low <= calibrated.ece.mean <= calibrated.ece.high


def test_a_perfect_forecasters_error_is_said_to_be_chance_and_anothers_is_not() -> None:
    rng = np.random.default_rng(6)
    said = rng.random(200)
    perfect = calibration(said.tolist(), (rng.random(200) < said).tolist(), draws=1_000)
    boastful = calibration(said.tolist(), (rng.random(200) < said**2).tolist(), draws=1_000)

    assert perfect.ece.mean is not None
    assert perfect.by_chance is not None
    assert 0.03 < perfect.ece.mean < perfect.by_chance
    assert perfect.ece.low == 0.0
    assert boastful.ece.mean is not None
    assert boastful.ece.low > 0.0
    assert boastful.ece.mean > (boastful.by_chance or 1.0)


def test_calibration_of_nothing_of_one_answer_and_of_certainty() -> None:
    nothing, single, certain = calibration([], []), calibration([0.7], [False]), calibration([1.0] * 20, [True] * 20)

    assert (nothing.n, nothing.ece.mean, nothing.brier.mean, nothing.bins) == (0, None, None, ())
    assert single.ece.mean == pytest.approx(0.7)
    assert (single.ece.low < 0.1, single.ece.high > 0.9) == (True, True)
    assert (certain.ece.mean, certain.ece.low) == (0.0, 0.0)
    assert certain.ece.high == pytest.approx(1 - 0.025 ** (1 / 20))
    assert [(calibration_bin.low, calibration_bin.high, calibration_bin.n) for calibration_bin in certain.bins] == [
        (0.9, 1.0, 20)
    ]
    with pytest.raises(ValueError, match="as many outcomes"):
        calibration([0.5], [])
    with pytest.raises(ValueError, match="leave"):
        calibration([1.5], [True])
