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
from shared.scoring.catalogue import HEADLINE
from shared.statistics.sequences import betting_limits, log_capital, mixture_interval, mixture_reach
from tests.builders import NOON, a_question, a_raw_record, an_answer
from tests.contests import within
from tests.standings import record_of, standings


def a_result(
    number: int,
    *,
    slice_name: str = "learned",
    missing: tuple[str, ...] = (),
    about: tuple[str, ...] | None = None,
    **values: Any,
) -> Result:
    """One question, about a document of its own unless it is said what `about`.

    `values` are arm -> value of the headline, or the status of an answer that was not given.
    """
    answers = {}
    for arm, value in values.items():
        status = value if isinstance(value, str) else "answered"
        scores = {HEADLINE: 0.0 if isinstance(value, str) else value}
        answers[arm] = ScoredAnswer(answer=an_answer(arm=arm, status=status), latency_ms=1.0, scores=scores)
    return Result(
        question=a_question(
            question_id=f"q-{number}",
            slice=slice_name,
            gold_document_ids=(f"story-{number}",) if about is None else about,
        ),
        asked_at=NOON,
        scored_at=NOON + timedelta(seconds=number),
        answers=answers,
        missing=missing,
        unanswered={HEADLINE: 0.0},
        metric_versions={HEADLINE: "1"},
    )


def take(aggregator: StandingsAggregator, *results: Result) -> None:
    for result in results:
        aggregator.take(a_raw_record(record_of(result), key=result.question.question_id.encode()))


def test_there_is_a_standing_for_all_and_for_each_slice() -> None:
    results = [a_result(n, slice_name=name, base=1.0) for n, name in enumerate(["old", "new", "new", "all"])]

    assert [(standing.slice, standing.arms["base"][HEADLINE].n) for standing in standings(results, ["base"])] == [
        ("all", 4), ("new", 2), ("old", 1),
    ]  # fmt: skip
    assert standings([], ["base"]) == []


def test_the_mean_has_the_confidence_sequence_of_its_n_and_says_so() -> None:
    values = np.random.default_rng(7).random(60)
    [standing, _] = standings([a_result(n, base=float(value)) for n, value in enumerate(values)], ["base"])
    estimate = standing.arms["base"][HEADLINE]
    expected = mixture_interval(60, float(values.mean()))

    assert (estimate.n, estimate.effective_n, estimate.interval) == (60, 60, "clustered_confidence_sequence")
    assert estimate.mean == pytest.approx(values.mean(), abs=1e-8)
    assert estimate.ci95 == pytest.approx((expected.low, expected.high), abs=1e-8)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_values_that_are_all_equal_do_not_claim_certainty(value: float) -> None:
    [standing, _] = standings([a_result(number, base=value) for number in range(30)], ["base"])
    low, high = standing.arms["base"][HEADLINE].ci95

    assert standing.arms["base"][HEADLINE].mean == value
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
    assert base[HEADLINE].n == 4
    assert base[HEADLINE].mean == 0.25, "who does not answer in time is not right"


def test_a_metric_counts_the_questions_that_it_applies_to_and_no_others() -> None:
    plain, dated = a_result(0, base=1.0), a_result(1, base=0.0)
    dated.answers["base"].scores["outdated"] = 1.0
    base = standings([plain, dated], ["base", "tuned"])[0].arms

    assert base["base"]["outdated"].n == 1
    assert base["base"][HEADLINE].n == 2
    assert base["tuned"] == {}


def test_a_metric_outside_its_scale_is_in_no_standing() -> None:
    odd = a_result(0, base=1.0)
    odd.answers["base"].scores["perplexity"] = 17.0
    base = standings([odd], ["base"])[0].arms["base"]

    assert "perplexity" not in base
    assert base[HEADLINE].n == 1


def test_versions_counted_together_are_all_said() -> None:
    newer = a_result(1, base=1.0).model_copy(update={"metric_versions": {HEADLINE: "2"}})
    [standing, _] = standings([a_result(0, base=1.0), newer], ["base"])

    assert standing.metric_versions == {HEADLINE: "1+2"}
    assert standing.counted_at == NOON + timedelta(seconds=1)


def test_a_difference_is_over_questions_of_both_and_names_the_better_arm_only_when_it_is_decided() -> None:
    few = [a_result(n, base=0.0, tuned=1.0) for n in range(6)]
    many = [a_result(n, base=0.0, tuned=1.0) for n in range(100)]
    lone = a_result(200, base=1.0)
    late = a_result(201, base=1.0, missing=("tuned",))
    [undecided] = standings(few, ["base", "tuned"])[0].differences
    [decided] = standings([*many, lone, late], ["base", "tuned"])[0].differences

    assert (undecided.n, undecided.mean, undecided.better) == (6, -1.0, None)
    assert (decided.n, decided.better, decided.interval) == (101, "tuned", "clustered_confidence_sequence")
    assert decided.ci95[1] < 0 < undecided.ci95[1]


def test_with_more_pairs_each_difference_is_wider() -> None:
    results = [a_result(n, a=0.0, b=1.0, c=0.0) for n in range(50)]
    alone = standings(results, ["a", "b"])[0].differences[0]
    among = standings(results, ["a", "b", "c"])[0].differences[0]

    assert among.ci95[1] > alone.ci95[1]


@pytest.mark.parametrize("seed", range(5))
def test_versions_repetitions_and_deletions_leave_exactly_what_the_newest_results_say(
    tmp_path: Path, seed: int
) -> None:
    """Ten thousandths of a float must not stay behind: sums of what is left, in any order, are equal to the bit."""
    draw = random.Random(seed)  # noqa: S311 (a test)
    newest = [
        a_result(
            n, slice_name=draw.choice("xyz"), about=(f"story-{n % 17}",), base=draw.random(), tuned=draw.random()
        ).model_copy(update={"result_version": draw.randrange(1, 4)})
        for n in range(60)
    ]
    older = [
        a_result(
            n, slice_name=draw.choice("xyz"), about=(f"story-{draw.randrange(9)}",), base=draw.random()
        ).model_copy(update={"result_version": v})
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


def test_a_question_asked_a_thousand_times_is_one_observation() -> None:
    results = [a_result(n, about=("story-1",), base=0.0, tuned=1.0) for n in range(1_000)]
    standing = standings(results, ["base", "tuned"])[0]
    [difference] = standing.differences
    estimate = standing.arms["tuned"][HEADLINE]

    assert (difference.n, difference.clusters, difference.better) == (1_000, 1, None)
    assert (estimate.n, estimate.effective_n) == (1_000, 1.0)
    assert estimate.ci95 == (0.0, 1.0)


def test_each_document_counts_once_with_the_mean_of_its_questions() -> None:
    often = [a_result(n, about=("popular",), base=0.0, tuned=1.0) for n in range(6)]
    half = [a_result(10 + n, about=("other",), base=float(n % 2), tuned=0.0) for n in range(2)]
    [difference] = standings([*often, *half], ["base", "tuned"])[0].differences

    assert (difference.n, difference.clusters) == (8, 2)
    assert difference.mean == (-1.0 + 0.5) / 2
    assert difference.over_questions == pytest.approx((-6 + 1) / 8)


def test_the_limits_of_a_difference_are_those_of_the_means_of_its_documents() -> None:
    draw = np.random.default_rng(8)
    documents = draw.integers(0, 40, 200)
    right = (draw.random((2, 200)) < [[0.7], [0.4]]).astype(float)
    results = [
        a_result(n, about=(f"story-{documents[n]}",), base=float(right[0, n]), tuned=float(right[1, n]))
        for n in range(200)
    ]
    [difference] = standings(results, ["base", "tuned"])[0].differences
    means = np.array([(right[0] - right[1])[documents == document].mean() for document in set(documents.tolist())])
    low, high = betting_limits(np.array(float(len(means))), log_capital(means).sum(axis=0), 0.05)

    assert difference.clusters == len(means)
    assert difference.mean == pytest.approx(means.mean(), abs=1e-8)
    assert difference.ci95 == pytest.approx((low, high), abs=1e-6)


def test_where_documents_and_questions_say_the_opposite_no_arm_is_better() -> None:
    many = [a_result(n, base=0.0, tuned=1.0) for n in range(100)]
    popular = [a_result(1_000 + n, about=("popular",), base=1.0, tuned=0.0) for n in range(150)]
    [difference] = standings([*many, *popular], ["base", "tuned"])[0].differences

    assert difference.ci95[1] < 0 < (difference.over_questions or 0.0)
    assert difference.better is None


def test_questions_about_two_documents_do_not_make_one_cluster_of_all() -> None:
    chain = [a_result(n, about=(f"story-{n}",), base=0.0, tuned=1.0) for n in range(40)]
    bridges = [a_result(100 + n, about=(f"story-{n}", f"story-{n + 1}"), base=0.0, tuned=1.0) for n in range(39)]
    standing = standings([*chain, *bridges], ["base", "tuned"])[0]
    [difference] = standing.differences

    assert (difference.n, difference.clusters, difference.better) == (79, 40, "tuned")
    effective_n = standing.arms["base"][HEADLINE].effective_n
    assert effective_n is not None
    assert effective_n < 40, "each bridge is like the questions of both documents"


def test_documents_that_a_question_needs_together_are_one_cluster() -> None:
    together = [a_result(n, about=("a", "b"), base=0.0, tuned=1.0) for n in range(3)]
    alone = [a_result(10 + n, about=(name,), base=0.0, tuned=1.0) for n, name in enumerate("abc")]
    [difference] = standings([*together, *alone], ["base", "tuned"])[0].differences

    assert (difference.n, difference.clusters) == (6, 2)


def test_without_gold_documents_the_words_and_the_document_found_first_say_what_a_question_is_about() -> None:
    def asked(number: int, text: str, passage: str | None) -> Result:
        result = a_result(number, about=(), base=0.0, tuned=1.0)
        answer = result.answers["tuned"].answer
        read = answer.model_copy(update={"evidence": () if passage is None else (passage,)})
        scored = result.answers["tuned"].model_copy(update={"answer": read})
        question = result.question.model_copy(update={"text": text})
        return result.model_copy(update={"question": question, "answers": {**result.answers, "tuned": scored}})

    results = [
        asked(0, "Who won?", "story-1:1:0"),
        asked(1, "who  WON?", None),
        asked(2, "Which side won?", "story-1:2:4"),
        asked(3, "Who lost?", "story-2:1:0"),
    ]
    [difference] = standings(results, ["base", "tuned"])[0].differences

    assert (difference.n, difference.clusters) == (4, 2)


@pytest.mark.parametrize("value", [1e300, -1e300, 1.0000001])
def test_a_value_of_any_size_leaves_its_metric_out_and_counts_the_others(tmp_path: Path, value: float) -> None:
    aggregator = StandingsAggregator(tmp_path)
    odd = within(a_result(1, base=1.0), "base")
    scored = odd.answers["base"].model_copy(update={"scores": {HEADLINE: 1.0, "f1": value}})
    take(aggregator, odd.model_copy(update={"answers": {"base": scored}}))
    take(aggregator, within(a_result(2, base=1.0), "base"))

    standing = aggregator.changed()[0]

    assert standing.arms["base"][HEADLINE].n == 2
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

    assert [standing.arms["base"][HEADLINE].mean for standing in aggregator.changed()] == [1.0, 1.0]


def test_slices_without_end_are_counted_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings_aggregator, "MOST_SLICES", 2)
    aggregator = StandingsAggregator(tmp_path)
    take(aggregator, *(within(a_result(n, slice_name=f"s{n}", base=1.0), "base") for n in range(5)))

    assert {s.slice: s.arms["base"][HEADLINE].n for s in aggregator.changed()} == {"all": 5, "s0": 1, "s1": 1}

    aggregator.take(a_raw_record(None, key=b"q-4"))
    assert {s.slice: s.arms["base"][HEADLINE].n for s in aggregator.changed()} == {"all": 4}
