"""Ratings, agreement and calibration: known answers, reference implementations, degenerate cases."""

from typing import Any

import numpy as np
import pytest

from shared.statistics import davidson
from shared.statistics.agreement import agreement
from shared.statistics.calibration import calibration
from shared.statistics.ratings import Preference, Rating, Winner, rate
from shared.statistics.reliability import reliability


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
    rated = rate(simulated(strengths, questions=500, seed=1))

    assert [rating.arm for rating in rated.ratings] == ["tuned+rag", "base+rag", "tuned", "base"]
    for rating in rated.ratings:
        assert rating.strength == pytest.approx(strengths[rating.arm], abs=0.15)
        assert rating.low is not None
        assert rating.high is not None
        assert rating.low < strengths[rating.arm] < rating.high
    assert sum(rating.strength for rating in rated.ratings) == pytest.approx(0, abs=1e-9)
    assert (rated.preferences, rated.questions, rated.connected, rated.warning()) == (3_000, 500, True, None)


def test_without_ties_the_strengths_are_those_of_choix() -> None:
    import choix

    strengths = {"a": -1.0, "b": 0.0, "c": 0.3, "d": 0.7}
    preferences = simulated(strengths, questions=40, seed=5)
    wins = np.zeros((4, 4))
    for preference in preferences:
        winner, loser = (preference.a, preference.b) if preference.winner == "a" else (preference.b, preference.a)
        wins["abcd".index(winner), "abcd".index(loser)] += 1
    prior = 3 / 12 * (1 - np.eye(4))  # three votes, half of each for each side, over six pairs

    expected = choix.ilsr_pairwise_dense(wins + prior, max_iter=10_000, tol=1e-10)
    rated = {rating.arm: rating.strength for rating in rate(preferences).ratings}
    assert [rated[arm] for arm in "abcd"] == pytest.approx(expected, abs=1e-5)


def test_with_ties_the_strengths_are_the_peak_that_scipy_finds() -> None:
    """Davidson's likelihood, written out from his paper and climbed without its slopes."""
    from scipy import optimize

    preferences = simulated({"a": -0.5, "b": 0.0, "c": 0.5}, questions=60, seed=6, ties=0.3)

    def loss(parameters: Any) -> float:
        worth = dict(zip("abc", np.exp([*parameters[:2], -parameters[:2].sum()]), strict=True))
        total = 0.0
        for preference in preferences:
            a, b = worth[preference.a], worth[preference.b]
            tie = np.exp(parameters[2]) * np.sqrt(a * b)
            total -= np.log({"a": a, "b": b, "tie": tie}[preference.winner] / (a + b + tie))
        for a, b in ((worth["a"], worth["b"]), (worth["a"], worth["c"]), (worth["b"], worth["c"])):
            tie = np.exp(parameters[2]) * np.sqrt(a * b)
            total -= (np.log(a / (a + b + tie)) + np.log(b / (a + b + tie))) / 3
        return total

    peak = optimize.minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}).x
    rated = {rating.arm: rating.strength for rating in rate(preferences).ratings}
    assert [rated["a"], rated["b"]] == pytest.approx(peak[:2], abs=1e-4)


def test_limits_of_independent_votes_are_those_of_the_profile_likelihood() -> None:
    """Two arms, 9 : 3 and the prior: the likelihood of the log-odds falls by half of 1.96 squared at either limit."""
    model = davidson.Model(2, np.array([[0, 1]]), np.array([[9.0, 3.0, 0.0]]))
    peak = davidson.fitted(model)
    for limit in davidson.limits(model, peak, 0, 1.96**2 / 2):
        assert limit is not None
        chance = 1 / (1 + np.exp(-2 * limit))
        fallen = 9.5 * np.log(9.5 / 13 / chance) + 3.5 * np.log(3.5 / 13 / (1 - chance))
        assert fallen == pytest.approx(1.96**2 / 2, abs=1e-3)


def test_two_arms_have_the_log_odds_of_their_wins() -> None:
    won = [Preference(f"q{n}", "a", "b", "a") for n in range(3_000)]
    lost = [Preference(f"r{n}", "b", "a", "a") for n in range(1_000)]
    [first, second] = rate([*won, *lost]).ratings

    assert first.strength - second.strength == pytest.approx(np.log(3), abs=0.001)
    assert first.elo - second.elo == pytest.approx(400 * np.log10(3), abs=0.2)
    assert (first.wins, first.losses, first.ties) == (3_000, 1_000, 0)


def test_both_bad_rates_as_a_tie() -> None:
    kinds: list[Winner] = ["tie", "both_bad", "a", "b"]
    rated = rate([Preference(f"q{n}", "a", "b", kinds[n % 4]) for n in range(40)])

    assert [rating.strength for rating in rated.ratings] == pytest.approx([0, 0], abs=1e-9)
    assert [(rating.wins, rating.losses, rating.ties) for rating in rated.ratings] == [(10, 10, 20)] * 2
    assert rated.both_bad == 10


def test_voters_who_often_tie_say_nothing_else_of_who_wins() -> None:
    """Half a win for each would say that most wins were luck."""
    decided = [Preference(f"q{n}", "a", "b", "a" if n % 4 else "b") for n in range(40)]
    [alone, _] = rate(decided).ratings
    [tied, _] = rate([*decided, *(Preference(f"t{n}", "a", "b", "tie") for n in range(40))]).ratings
    halves = np.log((30 + 20) / (10 + 20)) / 2

    assert tied.strength == pytest.approx(alone.strength, abs=1e-9)
    assert tied.strength > 2 * halves - 0.01
    assert tied.high is not None
    assert alone.high is not None
    assert tied.high - tied.strength < alone.high - alone.strength


def test_an_arm_that_never_lost_stays_finite_and_is_not_certain() -> None:
    rated = rate([Preference(f"q{n}", "a", "b", "a") for n in range(6)])
    [first, second] = rated.ratings

    assert (first.arm, second.arm) == ("a", "b")
    assert first.strength == pytest.approx(np.log(6.5 / 0.5) / 2)
    assert first.low is not None
    assert first.high is not None
    assert 0.1 < first.low < 0.4 < first.strength < 3 < first.high
    assert second.low == pytest.approx(-first.high, abs=0.01)


def test_arms_that_were_never_compared_are_named_and_never_ranked_together() -> None:
    apart = [Preference(f"q{n}", *pair, "a") for n in range(8) for pair in (("a", "b"), ("c", "d"))]
    rated = rate([*apart, *(Preference(f"r{n}", "c", "d", "a") for n in range(8))])

    assert not rated.connected
    assert (
        rated.warning() == "These were never compared with one another, so their ratings cannot be: a and b; c and d."
    )
    assert [[rating.arm for rating in group] for group in rated.grouped()] == [["a", "b"], ["c", "d"]]
    assert [sum(rating.strength for rating in group) for group in rated.grouped()] == pytest.approx([0, 0], abs=1e-9)
    assert rated.grouped()[0] == rate(apart).grouped()[0], "what others did elsewhere changes nothing"
    assert rate([*apart, Preference("q0", "b", "c", "tie")]).connected


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


def test_votes_of_one_voter_are_drawn_together() -> None:
    """Three voters who disagree, each always of one mind on 40 questions, are three opinions and not 120."""
    minds: dict[str, Winner] = {"ann": "a", "bo": "a", "cy": "b"}
    known = [Preference(f"q{n}", "a", "b", mind, voter) for n in range(40) for voter, mind in minds.items()]
    unknown = [Preference(f"{preference.voter} {preference.question_id}", "a", "b", preference.winner)
               for preference in known]  # fmt: skip
    [of_three, of_many] = (rate(preferences).ratings[0] for preferences in (known, unknown))

    assert of_many.low is not None
    assert of_three.low is not None
    assert of_three.low < 0 < of_many.low
    assert (rate(known).voters, rate(unknown).voters) == (3, 120)


def test_votes_that_set_no_limit_print_none() -> None:
    """Two voters who always say the opposite of each other tell nothing of a third."""
    opposed: dict[str, Winner] = {"ann": "a", "bo": "b"}
    votes = [Preference(f"q{n}", "a", "b", mind, voter) for n in range(20) for voter, mind in opposed.items()]
    [first, _] = rate(votes).ratings

    assert first.strength == pytest.approx(0, abs=1e-9)
    assert (first.low, first.high) == (None, None)
    assert first.limits(str) is None
    assert Rating("a", 1.0, 0.5, None, 1, 0, 0).limits("{:.1f}".format) == "above 0.5"
    assert Rating("a", 1.0, None, 2.0, 1, 0, 0).limits("{:.1f}".format) == "below 2.0"
    assert Rating("a", 1.0, 0.5, 2.0, 1, 0, 0).limits("{:.1f}".format) == "0.5 to 2.0"


def test_one_voters_ratings_are_said_to_hold_for_that_voter_alone() -> None:
    votes = [Preference(f"q{n}", "a", "b", "a" if n % 3 else "b", "ann") for n in range(12)]

    assert "not for other voters" in (rate(votes).reach() or "")
    assert rate([*votes, Preference("q0", "a", "b", "a", "bo")]).reach() is None


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", part C: four observers, twelve units."""
    rows = ((1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None), (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
            (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None), (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None))  # fmt: skip
    labels = [label for row in rows for label in row if label is not None]
    units = [unit for row in rows for unit, label in enumerate(row) if label is not None]

    assert reliability(labels, units).alpha.mean == pytest.approx(0.743, abs=0.0005)


def test_alpha_does_not_depend_on_who_is_called_what() -> None:
    rng = np.random.default_rng(8)
    votes = [(item, str(rng.choice(["a", "b"], p=[0.2 * voter + 0.1, 0.9 - 0.2 * voter])))
             for item in range(30) for voter in range(4)]  # fmt: skip
    turned = [votes[4 * item + voter] for item in range(30) for voter in (3, 1, 0, 2)]
    first, second = (reliability([label for _, label in some], [item for item, _ in some]) for some in (votes, turned))

    assert first.alpha == second.alpha
    assert first.observed == second.observed


def test_alpha_of_agreement_that_was_never_broken_is_not_certain_and_of_one_label_undefined() -> None:
    items = [item for item in range(12) for _ in range(3)]
    always = reliability(["a" if item % 2 else "b" for item in items], items)
    same, nothing = reliability(["a"] * 36, items), reliability(["a", "b"], [1, 2])

    assert (always.alpha.mean, always.alpha.high, always.items, always.votes) == (1.0, 1.0, 12, 36)
    assert 0.3 < always.alpha.low < 0.6
    assert (same.observed.mean, same.alpha.mean, same.alpha.low) == (1.0, None, -1.0)
    assert "undefined" in same.sentence()
    assert "unknown" in nothing.sentence()
    with pytest.raises(ValueError, match="as many items"):
        reliability(["a"], [])


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
