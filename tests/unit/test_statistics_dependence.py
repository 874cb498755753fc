"""What hangs together: clusters that overlap, trainings that are a sample, families of comparisons, and margins."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.statistics.clusters import Clusters, layout
from shared.statistics.comparison import Comparison, compare
from shared.statistics.families import LEVEL, gates, stepdown
from shared.statistics.significance import holm
from shared.statistics.wording import in_words, lead

Column = dict[str, float]


def two(a: Column, b: Column, **changes: object) -> Comparison:
    return compare({"right": {"a": a, "b": b}}, **changes)[0]  # type: ignore[arg-type]


def drawn(rng: np.random.Generator, n: int, chance: float, mark: str = "q") -> Column:
    return {f"{mark}{at}": float(rng.random() < chance) for at in range(n)}


def test_questions_that_all_share_a_document_are_one_group_and_a_chain_of_them_is_not() -> None:
    together = layout(["q1", "q2", "q3"], {"q1": ["x", "d"], "q2": ["y", "d"], "q3": ["d"]})
    chained = layout(["q1", "q2", "q3"], {"q1": ["d", "e"], "q2": ["e", "f"], "q3": ["f", "g"]})

    assert (together.clusters, together.touching, together.largest) == (1, None, 1.0)
    assert chained.touching is not None
    assert (chained.clusters, chained.largest) == (2, 1.0), "two documents connect the three"
    assert layout(["q1", "q2"], {}).clusters == 2


def test_a_cluster_named_by_hand_and_by_its_documents_is_the_same() -> None:
    rng = np.random.default_rng(1)
    a, b = drawn(rng, 60, 0.6), drawn(rng, 60, 0.4)
    of_document = {question: f"d{at // 3}" for at, question in enumerate(a)}
    by_name = two(a, b, clusters=of_document)
    by_links = two(a, b, links={question: [f"its own {question}", name] for question, name in of_document.items()})

    assert by_links.clusters == 20
    assert (by_links.low, by_links.high, by_links.p) == pytest.approx((by_name.low, by_name.high, by_name.p))


def test_more_questions_on_the_same_documents_decide_more_and_not_less() -> None:
    rng = np.random.default_rng(2)
    widths = []
    for n in (200, 800, 3_200):
        a, b = drawn(rng, n, 0.6), drawn(rng, n, 0.5)
        links = {q: [f"d{rng.integers(200)}" for _ in range(1 + (rng.random() < 0.3))] for q in a}
        comparison = two(a, b, clusters=Clusters(links))
        assert len(set(Clusters(links).values())) < comparison.clusters, "a chain makes one of most"
        widths.append((comparison.high or 0) - (comparison.low or 0))

    assert all(later < 0.7 * before for before, later in pairwise(widths))


def test_one_cluster_that_holds_more_than_a_fifth_is_said() -> None:
    rng = np.random.default_rng(3)
    a, b = drawn(rng, 100, 0.6), drawn(rng, 100, 0.5)
    large = two(a, b, clusters=dict.fromkeys(list(a)[:40], "d"))

    assert large.largest == pytest.approx(0.4)
    assert "one cluster holds 40 % of the questions" in in_words(large)
    assert "holds" not in in_words(two(a, b))


def of_trainings(rates: list[float], n: int = 60) -> tuple[Column, Column, dict[str, str], dict[str, list[str]]]:
    """An arm that is right on the first share of questions in each run, and one that is right on none."""
    names = [(run, at, f"q{at} ({run})") for run in range(len(rates)) for at in range(n)]
    tuned = {name: float(at < rates[run] * n) for run, at, name in names}
    runs, links = {name: str(run) for run, _, name in names}, {name: [f"q{at}"] for _, at, name in names}
    return tuned, dict.fromkeys(tuned, 0.0), runs, links


def test_trainings_that_lie_apart_make_an_effect_unsure_and_only_of_a_trained_arm() -> None:
    tuned, base, runs, links = of_trainings([0.05, 0.3, 0.6])
    sample = two(tuned, base, runs=runs, links=links, trained=["a"])
    fixed = two(tuned, base, runs=runs, links=links)

    assert (sample.runs, sample.one_training, sample.verdict) == (3, False, "undecided")
    assert (fixed.runs, fixed.one_training, fixed.verdict) == (0, False, "a")


def test_trainings_that_agree_decide() -> None:
    tuned, base, runs, links = of_trainings([0.28, 0.3, 0.32])

    assert two(tuned, base, runs=runs, links=links, trained=["a"]).verdict == "a"


def test_two_trainings_make_at_most_two_degrees_of_freedom() -> None:
    tuned, base, runs, links = of_trainings([0.29, 0.31])
    twice = two(tuned, base, runs=runs, links=links, trained=["a"])
    fixed = two(tuned, base, runs=runs, links=links)

    assert (twice.high or 0) - (twice.low or 0) > 2 * ((fixed.high or 0) - (fixed.low or 0))


def test_one_training_is_named_so_with_runs_or_without() -> None:
    tuned, base, runs, links = of_trainings([0.4])

    assert two(tuned, base, runs=runs, links=links, trained=["a"]).one_training
    assert two(tuned, base, trained=["a"]).one_training
    assert not two(tuned, base, trained=["c"]).one_training


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(0, 12)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_interval_and_test_agree_and_no_limit_is_impossible(rows: list[tuple[float, float, int]]) -> None:
    a, b = ({f"q{at}": row[arm] for at, row in enumerate(rows)} for arm in (0, 1))
    comparison = two(a, b, clusters={f"q{at}": str(row[2]) for at, row in enumerate(rows)})

    assert comparison.low is not None
    assert comparison.high is not None
    assert comparison.p is not None
    assert ((comparison.low > 0) | (comparison.high < 0)) == (comparison.p < LEVEL)
    assert -1 <= comparison.low <= (comparison.difference or 0.0) + 1e-9
    assert (comparison.difference or 0.0) - 1e-9 <= comparison.high <= 1


def test_three_one_way_of_96_are_undecided_in_interval_and_test() -> None:
    comparison = two({f"q{at}": float(at < 3) for at in range(96)}, {f"q{at}": 0.0 for at in range(96)})

    assert (comparison.verdict, (comparison.low or 0) <= 0) == ("undecided", True)
    assert comparison.p is not None
    assert comparison.p >= 0.05


def test_without_floors_the_procedure_is_holms() -> None:
    for size in (1, 2, 7, 40):
        ps = (np.random.default_rng(size).random(size) ** 4).tolist()

        assert [adjusted.p for adjusted in stepdown(ps)] == pytest.approx(holm(ps))


def test_what_could_never_be_decided_takes_nothing_from_the_others() -> None:
    ps, floors = [0.0078, 1.0, 0.5, 0.75, 0.9, 1.0, 1.0, 0.6], [0.0078, *[0.25] * 7]

    assert stepdown(ps, floors)[0].p == pytest.approx(0.0078)
    assert stepdown(ps)[0].p == pytest.approx(8 * 0.0078)
    assert stepdown(ps, floors)[0].level == LEVEL


def test_gates_are_benjamini_and_hochbergs() -> None:
    from statsmodels.stats.multitest import multipletests

    ps = [0.001, 0.04, 0.03, 0.8, 0.2]

    assert gates([stepdown([p]) for p in ps]) == pytest.approx(multipletests(ps, method="fdr_bh")[1])


def test_eight_of_eight_against_none_on_a_slice_is_decided_among_many() -> None:
    rng = np.random.default_rng(4)
    scores: dict[str, Column] = {}
    for arm, chance in (("base", 0.1), ("base+rag", 0.6), ("tuned", 0.3), ("tuned+rag", 0.6)):
        few = {f"few{at}": float(arm.endswith("+rag")) for at in range(8)}
        scores[arm] = few | {q: v for mark in "uvwxyz" for q, v in drawn(rng, 25, chance, mark).items()}
    slices = {mark: [q for q in scores["base"] if q.startswith(mark)] for mark in ("few", *"uvwxyz")}
    decided = {
        (comparison.slice, comparison.a, comparison.b): comparison.verdict
        for comparison in compare({"right": scores}, slices=slices)
    }

    assert decided["few", "base", "base+rag"] == "b"
    assert decided["few", "base", "tuned"] == "undecided"


def test_slices_of_a_pair_stay_behind_its_gate() -> None:
    """One slice of many has a small p by chance: with the gate's price it is nothing."""
    rng = np.random.default_rng(5)
    arms = {arm: drawn(rng, 400, 0.5) for arm in "abcdef"}
    slices = {f"s{at}": [f"q{q}" for q in range(at, 400, 20)] for at in range(20)}
    comparisons = compare({"right": arms}, slices=slices)
    small = [comparison for comparison in comparisons if comparison.slice != "all" and (comparison.p or 1) < 0.05]

    assert small
    assert {comparison.verdict for comparison in small} == {"undecided"}


def alike(n: int, differing: int, lead: int = 0) -> tuple[Column, Column]:
    """Two arms that differ on so many questions, of which a wins `lead` more than b."""
    won = (differing + lead) // 2
    return (
        {f"q{at}": float(at < won) for at in range(n)},
        {f"q{at}": float(won <= at < differing) for at in range(n)},
    )


@pytest.mark.parametrize(
    ("n", "differing", "lead_", "verdict", "no_worse"),
    [
        (2_000, 100, 0, "equivalent", "both"),
        (2_000, 300, 200, "a", "a"),
        (2_000, 300, -200, "b", "b"),
        (40, 10, 0, "undecided", None),
        (400, 60, 10, "undecided", "a"),
    ],
)
def test_a_margin_makes_four_outcomes_and_says_who_is_no_worse(
    n: int, differing: int, lead_: int, verdict: str, no_worse: str | None
) -> None:
    comparison = two(*alike(n, differing, lead_), margin=0.05)

    assert (comparison.verdict, comparison.no_worse) == (verdict, no_worse)
    assert two(*alike(n, differing, lead_)).no_worse is None


def test_where_lower_is_better_no_worse_turns_round() -> None:
    comparison = two(*alike(2_000, 300, 200), margin=0.05, lower_is_better={"right"})

    assert (comparison.verdict, comparison.no_worse) == ("b", "b")


def test_a_real_difference_that_is_small_is_called_trivial() -> None:
    without, within = two(*alike(20_000, 60, 60)), two(*alike(20_000, 60, 60), margin=0.05)

    assert (without.verdict, without.trivial) == ("a", True)
    assert (within.verdict, within.trivial) == ("equivalent", True)
    assert "too small to matter" in in_words(without)
    assert lead(within, "is right").startswith("a and b are right equally often within 5.0 points (+0.3 points")
    assert not two(*alike(2_000, 300, 200)).trivial


def test_a_margin_is_above_zero() -> None:
    with pytest.raises(ValueError, match="a margin is above 0"):
        two(*alike(40, 10), margin=0.0)
