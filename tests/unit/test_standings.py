"""Standings: means, intervals that do not claim too much, and arms that did not answer."""

from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest

from shared.messages import Result, ScoredAnswer
from shared.standings import paired_difference, standings
from tests.builders import NOON, a_question, an_answer


def a_result(number: int, *, slice_name: str = "learned", missing: tuple[str, ...] = (), **values: Any) -> Result:
    """One question; `values` are arm -> value of `correct`, or the status of an answer that was not given."""
    answers = {}
    for arm, value in values.items():
        status = value if isinstance(value, str) else "answered"
        scores = {"correct": 0.0 if isinstance(value, str) else value}
        answers[arm] = ScoredAnswer(answer=an_answer(arm=arm, status=status), latency_ms=1.0, scores=scores)
    return Result(
        question=a_question(question_id=f"q-{number}", slice=slice_name),
        asked_at=NOON,
        scored_at=NOON + timedelta(seconds=number),
        answers=answers,
        missing=missing,
        unanswered={"correct": 0.0},
        metric_versions={"correct": "1"},
    )


def test_there_is_a_standing_for_all_and_for_each_slice() -> None:
    results = [a_result(n, slice_name=name, base=1.0) for n, name in enumerate(["old", "new", "new", "all"])]

    assert [(one.slice, one.arms["base"]["correct"].n) for one in standings(results, ["base"])] == [
        ("all", 4), ("new", 2), ("old", 1),
    ]  # fmt: skip
    assert standings([], ["base"]) == []


def test_mean_and_interval_are_those_of_the_bootstrap() -> None:
    rng = np.random.default_rng(7)
    values = rng.random(60)
    [found, _] = standings([a_result(n, base=float(value)) for n, value in enumerate(values)], ["base"])
    estimate = found.arms["base"]["correct"]
    margin = 1.96 * values.std(ddof=1) / np.sqrt(60)

    assert estimate.n == 60
    assert estimate.mean == pytest.approx(values.mean())
    assert estimate.ci95 == pytest.approx((values.mean() - margin, values.mean() + margin), abs=0.01)


def test_equal_results_give_equal_numbers() -> None:
    results = [a_result(n, base=n % 2, tuned=(n + 1) % 3 / 2) for n in range(30)]

    assert standings(results, ["base", "tuned"]) == standings(results, ["base", "tuned"])


@pytest.mark.parametrize(("n", "value"), list(product([1, 5, 30], [0.0, 1.0])))
def test_values_that_are_all_equal_do_not_claim_certainty(n: int, value: float) -> None:
    [found, _] = standings([a_result(number, base=value) for number in range(n)], ["base"])
    low, high = found.arms["base"]["correct"].ci95
    exact = 1 - 0.025 ** (1 / n)

    assert found.arms["base"]["correct"].mean == value
    assert (low, high) == pytest.approx((0.0, exact) if value == 0.0 else (1.0 - exact, 1.0))


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
    assert base["correct"].n == 4
    assert base["correct"].mean == 0.25, "who does not answer in time is not right"


def test_a_metric_counts_the_questions_that_it_applies_to_and_no_others() -> None:
    plain, dated = a_result(0, base=1.0), a_result(1, base=0.0)
    dated.answers["base"].scores["outdated"] = 1.0
    base = standings([plain, dated], ["base", "tuned"])[0].arms

    assert base["base"]["outdated"].n == 1
    assert base["base"]["correct"].n == 2
    assert base["tuned"] == {}


def test_versions_counted_together_are_all_said() -> None:
    newer = a_result(1, base=1.0).model_copy(update={"metric_versions": {"correct": "2"}})
    [found, _] = standings([a_result(0, base=1.0), newer], ["base"])

    assert found.metric_versions == {"correct": "1+2"}
    assert found.counted_at == NOON + timedelta(seconds=1)


def test_the_paired_difference_is_surer_than_the_two_means_are() -> None:
    hard = [n % 2 for n in range(40)]
    results = [a_result(n, base=0.5 * h, tuned=0.5 * h + 0.25 + 0.01 * (n % 3)) for n, h in enumerate(hard)]
    difference = paired_difference(results, metric="correct", arm_a="tuned", arm_b="base")
    reverse = paired_difference(results, metric="correct", arm_a="base", arm_b="tuned")

    assert difference.n == 40
    assert difference.mean == pytest.approx(0.26, abs=0.001)
    assert 0.255 < difference.ci95[0] < difference.ci95[1] < 0.265
    assert reverse.mean == pytest.approx(-difference.mean)


def test_the_paired_difference_takes_the_slices_questions_that_both_arms_have() -> None:
    results = [
        a_result(0, base=1.0, tuned=0.0),
        a_result(1, base=1.0),
        a_result(2, slice_name="other", base=0.0, tuned=1.0),
        a_result(3, base=1.0, missing=("tuned",)),
    ]
    difference = paired_difference(results, metric="correct", arm_a="base", arm_b="tuned", slice_name="learned")

    assert (difference.n, difference.mean) == (2, 1.0)


def test_where_nothing_can_be_compared_everything_is_possible() -> None:
    difference = paired_difference([], metric="correct", arm_a="base", arm_b="tuned")

    assert (difference.n, difference.ci95) == (0, (-1.0, 1.0))


def test_a_difference_that_never_varied_keeps_an_honest_width() -> None:
    difference = paired_difference(
        [a_result(n, base=1.0, tuned=1.0) for n in range(10)], metric="correct", arm_a="base", arm_b="tuned"
    )
    exact = 1 - 0.025 ** (1 / 10)

    assert difference.ci95 == pytest.approx((-exact, exact))
