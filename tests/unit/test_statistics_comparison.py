"""Comparisons: against reference implementations, in every degenerate case, and what they say in words."""

from collections.abc import Iterable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import mean_interval
from shared.statistics.resampling import bca, means
from shared.statistics.significance import holm, mcnemar, sign_flip
from shared.statistics.wording import in_words


def by_question(values: Iterable[float]) -> dict[str, float]:
    return {f"q{number:04}": float(value) for number, value in enumerate(values)}


def of_two(a: Iterable[float], b: Iterable[float], clusters: Iterable[str] | None = None) -> Comparison:
    values = {"a": by_question(a), "b": by_question(b)}
    groups = None if clusters is None else dict(zip(values["a"], clusters, strict=True))
    return compare({"correct": values}, clusters=groups)[0]


def test_the_textbooks_bca_is_that_of_scipy_on_the_same_draws() -> None:
    from scipy import stats

    rng = np.random.default_rng(1)
    for values in (rng.exponential(size=40), (rng.random(60) < 0.2).astype(float), rng.normal(size=15)):
        totals = np.column_stack([values, np.ones(len(values))])
        low, high = bca(totals, means, seed=2, widened=False)
        theirs = stats.bootstrap((values,), np.mean, n_resamples=10_000, method="BCa", rng=np.random.default_rng(2))

        assert low[0] == pytest.approx(theirs.confidence_interval.low, rel=1e-9)
        assert high[0] == pytest.approx(theirs.confidence_interval.high, rel=1e-9)


def test_widening_makes_a_small_sample_less_sure_and_leaves_a_large_one() -> None:
    def widths(n: int) -> tuple[float, float]:
        values = np.random.default_rng(3).normal(size=n)
        totals = np.column_stack([values, np.ones(n)])
        (low, high), (narrow_low, narrow_high) = bca(totals, means), bca(totals, means, widened=False)
        return float(high[0] - low[0]), float(narrow_high[0] - narrow_low[0])

    (wide, narrow), (much, as_much) = widths(10), widths(1_000)
    assert wide > 1.1 * narrow
    assert much == pytest.approx(as_much, rel=0.01)


def test_the_sign_flip_test_of_right_and_wrong_is_mcnemars_exact_test() -> None:
    rng = np.random.default_rng(4)
    for n, chance in product((5, 30, 200), (0.3, 0.6)):
        a, b = (rng.random(n) < chance).astype(float), (rng.random(n) < 0.4).astype(float)

        assert sign_flip((a - b)[:, None])[0] == pytest.approx(mcnemar(a, b))


def test_mcnemar_of_a_known_table() -> None:
    """11 questions that only a got right against 2: 2 x P(X <= 2), X binomial of 13 and 1/2, = 184 / 8192."""
    a = np.array([1.0] * 11 + [0.0] * 2 + [1.0] * 20 + [0.0] * 7)
    b = np.array([0.0] * 11 + [1.0] * 2 + [1.0] * 20 + [0.0] * 7)

    assert mcnemar(a, b) == pytest.approx(184 / 8192)
    assert mcnemar(a, b * 0.5) is None, "half right is neither right nor wrong"


def test_enumeration_and_lattice_agree_with_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(5)
    few, whole = rng.normal(0.5, 1, 12), rng.integers(-3, 5, 60).astype(float)
    exactly = stats.permutation_test((few,), np.mean, permutation_type="samples")
    drawn = stats.permutation_test(
        (whole,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(6)
    )

    assert sign_flip(few[:, None])[0] == pytest.approx(exactly.pvalue)
    assert sign_flip(whole[:, None])[0] == pytest.approx(drawn.pvalue, abs=0.02)


def test_many_sums_off_a_lattice_have_no_exact_test() -> None:
    assert np.isnan(sign_flip(np.random.default_rng(5).normal(size=(60, 1)))[0])


def test_p_is_never_zero_and_holm_can_still_decide_in_a_large_family() -> None:
    rng = np.random.default_rng(7)
    scores = {
        f"metric-{number}": {"a": by_question(rng.random(40) + 0.9), "b": by_question(rng.random(40))}
        for number in range(600)
    }
    comparisons = compare(scores)

    assert min(comparison.p for comparison in comparisons if comparison.p is not None) > 0
    assert {comparison.verdict for comparison in comparisons} == {"a"}


def test_holm_is_that_of_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    for size in (1, 2, 7, 100):
        ps = np.random.default_rng(size).random(size) ** 4
        ps[-1] = ps[0]

        assert holm(ps.tolist()) == pytest.approx(multipletests(ps, method="holm")[1])
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@pytest.mark.parametrize("n", [1, 2, 5, 6, 30])
@pytest.mark.parametrize("difference", [0.0, 1.0, -1.0])
def test_what_never_varied_does_not_claim_certainty(n: int, difference: float) -> None:
    comparison = of_two([max(difference, 0.0)] * n, [max(-difference, 0.0)] * n)

    assert comparison.difference == difference
    assert comparison.low is not None
    assert comparison.high is not None
    assert -1 <= comparison.low <= difference <= comparison.high <= 1
    assert comparison.high - comparison.low > 1 / (n + 2)
    assert comparison.p == pytest.approx(1.0 if difference == 0 else max(2 * 0.5**n, comparison.p or 0))
    assert (comparison.detectable is None) == (n < 6)
    assert comparison.verdict == ("undecided" if n < 6 or difference == 0 else "a" if difference > 0 else "b")


def test_without_a_common_question_nothing_is_said() -> None:
    [comparison] = compare({"correct": {"a": {"q1": 1.0}, "b": {"q2": 1.0}}})

    assert (
        comparison.n,
        comparison.clusters,
        comparison.difference,
        comparison.low,
        comparison.p,
        comparison.p_holm,
        comparison.detectable,
    ) == (0, 0, *[None] * 5)
    assert comparison.verdict == "undecided"
    assert in_words(comparison) == "Nothing can be said of a and b on correct (all): no question has a value of both."


def test_one_cluster_is_one_observation_however_many_questions_it_has() -> None:
    rng = np.random.default_rng(8)
    comparison = of_two(rng.random(50) * 0.5 + 0.5, rng.random(50) * 0.5, clusters=["document"] * 50)

    assert (comparison.n, comparison.clusters, comparison.p, comparison.detectable, comparison.verdict) == (
        50,
        1,
        1.0,
        None,
        "undecided",
    )
    assert comparison.low is not None
    assert comparison.low < 0


def test_right_and_wrong_that_depend_on_one_another_have_no_mcnemar() -> None:
    a, b = [1.0] * 20, [0.0] * 20

    assert of_two(a, b).mcnemar_p == pytest.approx(2 * 0.5**20)
    assert of_two(a, b, clusters=[str(n // 2) for n in range(20)]).mcnemar_p is None


def test_pairing_takes_the_questions_that_both_have_and_slices_those_of_the_slice() -> None:
    scores = {
        "correct": {
            "a": {"q1": 1.0, "q2": 0.0, "q3": 1.0, "q5": 1.0},
            "b": {"q1": 0.0, "q2": 0.0, "q3": 1.0, "q4": 1.0},
        }
    }
    comparisons = compare(scores, slices={"new": ["q2", "q3", "q4"], "all": ["q1"]})

    assert [(comparison.slice, comparison.n, comparison.difference) for comparison in comparisons] == [
        ("all", 3, pytest.approx(1 / 3)), ("new", 2, 0.0),
    ]  # fmt: skip


def test_pairs_are_those_asked_for_or_every_pair_in_order() -> None:
    scores = {"correct": {arm: {"q1": 1.0} for arm in ("base", "rag", "tuned")}}

    assert [(comparison.a, comparison.b) for comparison in compare(scores)] == [
        ("base", "rag"),
        ("base", "tuned"),
        ("rag", "tuned"),
    ]
    assert [(comparison.a, comparison.b) for comparison in compare(scores, pairs=[("tuned", "base")])] == [
        ("tuned", "base")
    ]
    with pytest.raises(ValueError, match="name two of base, rag, tuned"):
        compare(scores, pairs=[("tuned", "bass")])
    with pytest.raises(ValueError, match="not finite"):
        compare({"correct": {"a": {"q1": float("nan")}, "b": {"q1": 1.0}}})
    assert compare({}) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 5)), min_size=1, max_size=25))
@settings(max_examples=40, deadline=None)
def test_swapping_the_arms_turns_every_number_round(rows: list[tuple[float, float, int]]) -> None:
    a, b, groups = [r[0] for r in rows], [r[1] for r in rows], [str(r[2]) for r in rows]
    comparison, other = of_two(a, b, groups), of_two(b, a, groups)

    assert comparison.difference is not None
    assert comparison.low is not None
    assert comparison.high is not None
    assert comparison.difference == pytest.approx(-(other.difference or 0.0))
    assert -1 - 1e-9 <= comparison.low <= comparison.high <= 1 + 1e-9
    assert comparison.p == pytest.approx(other.p)
    assert comparison.detectable == pytest.approx(other.detectable)
    assert {comparison.verdict, other.verdict} in ({"a", "b"}, {"undecided"})


def test_equal_values_give_equal_numbers_whatever_stands_beside_them() -> None:
    rng = np.random.default_rng(9)
    a, b, c = (by_question(rng.random(30)) for _ in range(3))
    alone = compare({"f1": {"a": a, "b": b}})[0]
    among = compare({"f1": {"a": a, "b": b, "c": c}, "rouge": {"a": b, "b": c}})[0]

    assert (alone.low, alone.high, alone.p) == pytest.approx((among.low, among.high, among.p))


def test_the_detectable_difference_asks_for_six_questions_that_differ() -> None:
    """With 6 of 6 differing one way p = 2 / 64 < 0.05; five can never be decided."""
    assert of_two([0.0] * 5, [0.0] * 5).detectable is None
    assert of_two([0.0] * 7, [0.0] * 7).detectable is not None
    assert of_two([1.0] + [0.0] * 99, [0.0] * 100).detectable == pytest.approx(0.078, abs=0.03)


def test_what_could_have_shown_rises_with_the_family_and_is_never_above_the_scale() -> None:
    rng = np.random.default_rng(12)
    a, b = ((rng.random(96) < chance).astype(float) for chance in (0.5, 0.45))
    alone = of_two(a, b)
    among = compare({f"m{n}": {"a": by_question(a), "b": by_question(b)} for n in range(12)})[0]

    assert alone.level == 0.05
    assert among.level == pytest.approx(0.05 / 12)
    assert alone.detectable is not None
    assert among.detectable is not None
    assert 1.2 < among.detectable / alone.detectable < 1.7
    for n in range(6, 12):
        detectable = of_two((rng.random(n) < 0.5).astype(float), (rng.random(n) < 0.5).astype(float)).detectable
        assert detectable is None or detectable <= 1


def test_sentences_name_the_winner_its_lead_and_what_could_not_be_seen() -> None:
    better, worse = [1.0] * 40 + [0.0] * 10, [1.0] * 10 + [0.0] * 40

    assert in_words(of_two(better, worse)) == "a is better than b on correct (all): +0.60 (95 % 0.43 to 0.73, n = 50)."
    assert in_words(of_two(worse, better)) == "b is better than a on correct (all): +0.60 (95 % 0.43 to 0.73, n = 50)."
    assert in_words(of_two([1.0, 0.0, 1.0], [0.0, 0.0, 1.0])) == (
        "Undecided between a and b on correct (all): +0.33 (95 % -0.84 to 1.00, n = 3); "
        "with n = 3 no difference of any size could have shown."
    )
    rng = np.random.default_rng(10)
    said = in_words(of_two((rng.random(21) < 0.5).astype(float), (rng.random(21) < 0.5).astype(float)))
    assert said.startswith("Undecided between a and b on correct (all): ")
    assert "; with n = 21 a difference of 0." in said
    assert said.endswith(" shows in 80 % of cases.")


def test_a_smaller_latency_wins_and_the_sentence_says_so() -> None:
    rng = np.random.default_rng(11)
    fast, slow = by_question(rng.normal(100, 5, 40)), by_question(rng.normal(300, 5, 40))
    [comparison] = compare({"latency_ms": {"slow": slow, "fast": fast}}, lower_is_better={"latency_ms"})

    assert comparison.verdict == "b"
    assert in_words(comparison).startswith("fast is better than slow on latency_ms (all), where lower is better: -")


def test_what_counts_alone_and_not_in_the_family_is_undecided_and_says_why() -> None:
    a, b = [1.0] * 8 + [0.0] * 30, [0.0] * 7 + [1.0] + [0.0] * 30
    scores = {f"m{n}": {"a": by_question(a), "b": by_question(b)} for n in range(10)}
    comparison = compare(scores)[0]

    assert comparison.p is not None
    assert comparison.p_holm is not None
    assert comparison.p < 0.05 < comparison.p_holm
    assert "alone it might count, among all that was compared it does not (p = 0.018, by Holm p = 0.176)" in in_words(
        comparison
    )


def test_a_mean_has_its_interval_on_its_scale() -> None:
    assert mean_interval([]).mean is None
    assert (mean_interval([]).low, mean_interval([]).high) == (0.0, 1.0)
    perfect = mean_interval([1.0] * 10)
    assert (perfect.n, perfect.mean, perfect.high) == (10, 1.0, 1.0)
    assert perfect.low == pytest.approx(0.025**0.1)
    assert mean_interval([1.0, 1.0, 1.0, 0.0], ["x", "x", "x", "y"]).mean == 0.75, "a mean is over questions"
    bleu = mean_interval([20.0] * 3, lowest=0.0, highest=100.0)
    assert (bleu.low, bleu.high) == pytest.approx((20 - 20 * 0.7076, 20 + 80 * 0.7076), abs=0.01)
    with pytest.raises(ValueError, match="leave the scale 0 to 1"):
        mean_interval([20.0])
    with pytest.raises(ValueError, match="as many clusters"):
        mean_interval([1.0], [])
