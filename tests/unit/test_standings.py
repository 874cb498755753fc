"""Live standings: exact sums whatever comes again, intervals that hold under peeking, and arms that did not answer."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.scorer import standings_aggregator
from services.scorer.standings_aggregator import StandingsAggregator
from shared.messages import Result, ScoredAnswer
from shared.statistics.sequences import mixture_interval, mixture_reach
from tests.builders import NOON, a_question, a_raw_record, an_answer
from tests.contests import within
from tests.standings import record_of, standings


def a_result(number: int, *, slice_name: str = "learned", missing: tuple[str, ...] = (), **values: Any) -> Result:
    """One question; `values` are arm -> value of `correct`, or the status of an answer that was not given."""
    answers = {}
    for arm, value in values.items():
        status = value if isinstance(value, str) else "answered"
        scores = {"right": 0.0 if isinstance(value, str) else value}
        answers[arm] = ScoredAnswer(answer=an_answer(arm=arm, status=status), latency_ms=1.0, scores=scores)
    return Result(
        question=a_question(question_id=f"q-{number}", slice=slice_name),
        asked_at=NOON,
        scored_at=NOON + timedelta(seconds=number),
        answers=answers,
        missing=missing,
        unanswered={"right": 0.0},
        metric_versions={"right": "1"},
    )


def take(aggregator: StandingsAggregator, *results: Result) -> None:
    for result in results:
        aggregator.take(a_raw_record(record_of(result), key=result.question.question_id.encode()))


def test_there_is_a_standing_for_all_and_for_each_slice() -> None:
    results = [a_result(n, slice_name=name, base=1.0) for n, name in enumerate(["old", "new", "new", "all"])]

    assert [(standing.slice, standing.arms["base"]["right"].n) for standing in standings(results, ["base"])] == [
        ("all", 4), ("new", 2), ("old", 1),
    ]  # fmt: skip
    assert standings([], ["base"]) == []


def test_the_mean_has_the_confidence_sequence_of_its_n_and_says_so() -> None:
    values = np.random.default_rng(7).random(60)
    [standing, _] = standings([a_result(n, base=float(value)) for n, value in enumerate(values)], ["base"])
    estimate = standing.arms["base"]["right"]
    expected = mixture_interval(60, float(values.mean()))

    assert (estimate.n, estimate.interval) == (60, "confidence_sequence")
    assert estimate.mean == pytest.approx(values.mean(), abs=1e-8)
    assert estimate.ci95 == pytest.approx((expected.low, expected.high), abs=1e-8)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_values_that_are_all_equal_do_not_claim_certainty(value: float) -> None:
    [standing, _] = standings([a_result(number, base=value) for number in range(30)], ["base"])
    low, high = standing.arms["base"]["right"].ci95

    assert standing.arms["base"]["right"].mean == value
    assert (low, high) == pytest.approx((0.0, mixture_reach(30)) if value == 0.0 else (1 - mixture_reach(30), 1.0))


def test_states_are_shares_of_all_questions_and_counted_apart() -> None:
    results = [
        a_result(0, base=1.0),
        a_result(1, base="abstained"),
        a_result(2, base="failed"),
        a_result(3, missing=("base",)),
    ]
    base = standings(results, ["base"])[0].arms["base"]

    assert {state: base[state].mean for state in ("abstained", "failed", "missing")} == dict.fromkeys(
        ("abstained", "failed", "missing"), 0.25
    )
    assert base["right"].n == 4
    assert base["right"].mean == 0.25, "who does not answer in time is not right"


def test_a_metric_counts_the_questions_that_it_applies_to_and_no_others() -> None:
    plain, dated = a_result(0, base=1.0), a_result(1, base=0.0)
    dated.answers["base"].scores["outdated"] = 1.0
    base = standings([plain, dated], ["base", "tuned"])[0].arms

    assert base["base"]["outdated"].n == 1
    assert base["base"]["right"].n == 2
    assert base["tuned"] == {}


def test_a_metric_outside_its_scale_is_in_no_standing() -> None:
    odd = a_result(0, base=1.0)
    odd.answers["base"].scores["perplexity"] = 17.0
    base = standings([odd], ["base"])[0].arms["base"]

    assert "perplexity" not in base
    assert base["right"].n == 1


def test_versions_counted_together_are_all_said() -> None:
    newer = a_result(1, base=1.0).model_copy(update={"metric_versions": {"right": "2"}})
    [standing, _] = standings([a_result(0, base=1.0), newer], ["base"])

    assert standing.metric_versions == {"right": "1+2"}
    assert standing.counted_at == NOON + timedelta(seconds=1)


def test_a_difference_is_over_questions_of_both_and_names_the_better_arm_only_when_it_is_decided() -> None:
    few = [a_result(n, base=0.0, tuned=1.0) for n in range(8)]
    many = [a_result(n, base=0.0, tuned=1.0) for n in range(100)]
    lone = a_result(200, base=1.0)
    late = a_result(201, base=1.0, missing=("tuned",))
    [undecided] = standings(few, ["base", "tuned"])[0].differences
    [decided] = standings([*many, lone, late], ["base", "tuned"])[0].differences

    assert (undecided.n, undecided.mean, undecided.better) == (8, -1.0, None)
    assert (decided.n, decided.better, decided.interval) == (101, "tuned", "confidence_sequence")
    assert decided.ci95[1] < 0 < undecided.ci95[1]


def test_with_more_pairs_each_difference_is_wider() -> None:
    results = [a_result(n, a=1.0, b=0.0, c=0.0) for n in range(50)]
    alone = standings(results, ["a", "b"])[0].differences[0]
    among = standings(results, ["a", "b", "c"])[0].differences[0]

    assert among.ci95[0] < alone.ci95[0]


@pytest.mark.parametrize("seed", range(5))
def test_versions_repetitions_and_deletions_leave_exactly_what_the_newest_results_say(
    tmp_path: Path, seed: int
) -> None:
    """Ten thousandths of a float must not stay behind: sums of what is left, in any order, are equal to the bit."""
    draw = random.Random(seed)  # noqa: S311 (a test)
    newest = [
        a_result(n, slice_name=draw.choice("xyz"), base=draw.random(), tuned=draw.random()).model_copy(
            update={"result_version": draw.randrange(1, 4)}
        )
        for n in range(60)
    ]
    older = [
        a_result(n, slice_name=draw.choice("xyz"), base=draw.random()).model_copy(update={"result_version": v})
        for n, result in enumerate(newest)
        for v in range(1, result.result_version)
    ]
    stream = [*newest, *older, *newest[:20]]
    draw.shuffle(stream)
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, *(within(result, "base", "tuned") for result in stream))
    gone = {"q-3", "q-11"}
    for name in sorted(gone):
        aggregator.take(a_raw_record(None, key=name.encode()))
    left = [result for result in newest if result.question.question_id not in gone]
    changed, expected = aggregator.changed(), standings(left, ["base", "tuned"])

    ignored = {"counted_at"}
    assert [standing.model_dump(exclude=ignored) for standing in changed] == [
        standing.model_dump(exclude=ignored) for standing in expected
    ]


def test_only_slices_in_which_something_was_counted_are_counted_again(tmp_path: Path) -> None:
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, a_result(0, slice_name="old", base=1.0), a_result(1, slice_name="new", base=1.0))
    assert [standing.slice for standing in aggregator.changed()] == ["all", "new", "old"]
    assert aggregator.changed() == []

    take(aggregator, a_result(2, slice_name="new", base=1.0))
    assert [standing.slice for standing in aggregator.changed()] == ["all", "new"]


def test_a_slice_whose_questions_are_all_gone_has_no_standing(tmp_path: Path) -> None:
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, a_result(0, slice_name="old", base=1.0))
    aggregator.take(a_raw_record(None, key=b"q-0"))

    assert aggregator.changed() == []
    assert list(tmp_path.iterdir()) == [], "the file has no name that could outlive the process"


def test_watched_after_every_result_the_live_intervals_miss_in_at_most_five_per_cent_of_streams() -> None:
    """2,000 streams of 400 questions, four arms, six pairs: ever a wrong interval of any pair, after any result.

    Once with arms of equal chances, so that naming any arm better is an error, and once with chances that drift.
    """
    draw = np.random.default_rng(20_261_126)
    streams, length, arms = 2_000, 400, 4
    n = np.arange(1, length + 1)
    reach = 2 * np.array([mixture_reach(int(size), 0.05 / 6) for size in n])
    alone = np.array([mixture_reach(int(size)) for size in n])
    for chance in (np.full(length, 0.5), np.linspace(0.9, 0.2, length)):
        hard = draw.random((streams, 1, length)) < 0.5
        right = np.where(hard, draw.random((streams, 1, length)), draw.random((streams, arms, length))) < chance
        means = np.cumsum(right, axis=2) / n
        expected = np.cumsum(chance) / n
        pairs = [(a, b) for a in range(arms) for b in range(a + 1, arms)]
        apart = np.stack([means[:, a] - means[:, b] for a, b in pairs], axis=1)
        wrong = (np.abs(apart) > reach).any(axis=(1, 2)).mean()
        missed = (np.abs(means[:, 0] - expected) > alone).any(axis=1).mean()
        plain = (np.abs(means[:, 0] - expected)[:, 10:] > 1.96 * np.sqrt(0.25 / n[10:])).any(axis=1).mean()
        print(f"ever wrong: any of six pairs {wrong:.3f}, one mean {missed:.3f}, a plain interval {plain:.3f}")  # noqa: T201

        assert wrong <= 0.05
        assert missed <= 0.05
        assert plain > 0.05, "the streams must be such that an interval for a fixed size fails"


@pytest.mark.parametrize("value", [1e300, -1e300, 1.0000001])
def test_a_value_of_any_size_leaves_its_metric_out_and_counts_the_others(tmp_path: Path, value: float) -> None:
    aggregator = StandingsAggregator(tmp_path)
    odd = within(a_result(1, base=1.0), "base")
    scored = odd.answers["base"].model_copy(update={"scores": {"right": 1.0, "f1": value}})
    take(aggregator, odd.model_copy(update={"answers": {"base": scored}}))
    take(aggregator, within(a_result(2, base=1.0), "base"))

    standing = aggregator.changed()[0]

    assert standing.arms["base"]["right"].n == 2
    assert "f1" not in standing.arms["base"]


def test_a_result_of_a_version_that_no_store_holds_is_passed_over(tmp_path: Path) -> None:
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, within(a_result(1, base=1.0), "base"))
    aggregator.take(
        a_raw_record(
            record_of(a_result(1, base=0.0)).replace(b'"result_version":1', b'"result_version":9' + b"9" * 30),
            key=b"q-1",
        )
    )

    assert [standing.arms["base"]["right"].mean for standing in aggregator.changed()] == [1.0, 1.0]


def test_slices_without_end_are_counted_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings_aggregator, "MOST_SLICES", 2)
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, *(within(a_result(n, slice_name=f"s{n}", base=1.0), "base") for n in range(5)))

    assert {s.slice: s.arms["base"]["right"].n for s in aggregator.changed()} == {"all": 5, "s0": 1, "s1": 1}

    aggregator.take(a_raw_record(None, key=b"q-4"))
    assert {s.slice: s.arms["base"]["right"].n for s in aggregator.changed()} == {"all": 4}
