"""The numbers of a report, by hand on small results."""

from dataclasses import astuple
from datetime import timedelta
from math import exp
from typing import Any

import pytest

from shared.lab.report import advice, mistakes
from shared.lab.report.material import DocumentTimes, Times, gather, times_of
from shared.lab.report.numbers import Numbers, cell, count
from shared.lab.report.outcomes import outcome
from shared.lab.report.scores import clusters_of
from shared.messages import AdapterRef, Result
from shared.standings import ALL
from tests.builders import NOON
from tests.results import ADAPTER, CUTOFF, a_counted_trial, a_result, a_scored, a_trial

DAY = timedelta(days=1)


def counted(*results: Result, times: Times | None = None) -> Numbers:
    return count(gather(results, read_from="a test", times=times))


def many(scores: dict[str, list[float]], *, slice_name: str = "new") -> list[Result]:
    """Question by question, what each arm scores."""
    return [
        a_result(
            *(a_scored(arm, correct=values[number]) for arm, values in scores.items()),
            question_id=f"{slice_name}-{number}",
            slice=slice_name,
        )
        for number in range(len(next(iter(scores.values()))))
    ]


def test_the_table_counts_every_arm_on_every_slice() -> None:
    old = many({"base": [1.0, 0.0], "tuned": [1.0, 1.0]}, slice_name="old")
    numbers = counted(*old, *many({"base": [0.0, 0.0], "tuned": [0.0, 1.0]}))

    assert numbers.arms == ("base", "tuned")
    assert numbers.slices == {ALL: 4, "new": 2, "old": 2}
    means = {(row.slice, row.arm): row.scores["right"].mean for row in numbers.table}
    assert means == {
        (ALL, "base"): 0.25, (ALL, "tuned"): 0.75, ("new", "base"): 0.0, ("new", "tuned"): 0.5,
        ("old", "base"): 0.5, ("old", "tuned"): 1.0,
    }  # fmt: skip


def test_a_missing_answer_counts_as_unanswered_and_not_as_wrong() -> None:
    numbers = counted(a_result(a_scored("base"), missing=["tuned"]))

    (_, tuned) = numbers.outcomes
    assert (tuned.answerable["missing"], tuned.answerable["wrong"]) == (1, 0)
    row = cell(numbers, "tuned")
    assert row is not None
    assert (row.scores["right"].mean, row.scores["missing"].mean) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("references", "changes", "correct", "became"),
    [
        (("x",), {}, 1.0, "right"),
        (("x",), {}, 0.0, "wrong"),
        (("x",), {"status": "abstained"}, 0.0, "abstained"),
        ((), {"status": "abstained"}, 1.0, "rightly abstained"),
        ((), {}, 0.0, "wrong"),
        (("x",), {"status": "failed", "failure": "no server"}, 0.0, "failed"),
        ((), {"status": "failed", "failure": "no server"}, 0.0, "failed"),
        (None, {}, None, "not scored"),
        (None, {"status": "abstained"}, None, "not scored"),
    ],
)
def test_right_wrong_abstained_failed_and_not_scored_are_told_apart(
    references: tuple[str, ...] | None, changes: dict[str, Any], correct: float | None, became: str
) -> None:
    result = a_result(a_scored("base", correct=correct, **changes), references=references)

    assert outcome(result, "base") == became
    assert outcome(result, "tuned") is None


def test_the_effects_of_the_two_by_two_are_what_they_are_by_hand() -> None:
    n = 10
    scores = {
        "base": [0.0] * n,
        "base+rag": [1.0] * 6 + [0.0] * 4,
        "tuned": [0.0] * 6 + [1.0] * 4,
        "tuned+rag": [1.0] * 6 + [0.0] * 2 + [1.0] * 2,
    }
    effects = {effect.what: effect.comparison.difference for effect in counted(*many(scores)).design.effects}

    assert effects == {
        "retrieval, for the base model": pytest.approx(0.6),
        "retrieval, for the tuned model": pytest.approx(0.4),
        "tuning, without retrieval": pytest.approx(0.4),
        "tuning, with retrieval": pytest.approx(0.2),
        "retrieval, on average over both models": pytest.approx(0.5),
        "tuning, on average with and without retrieval": pytest.approx(0.3),
        "interaction": pytest.approx(-0.2),  # 0.4 of the tuned model less 0.6 of the base model
    }


def test_without_a_tuned_arm_only_the_effect_of_retrieval_is_told() -> None:
    numbers = counted(*many({"base": [0.0] * 8, "base+rag": [1.0] * 8}))

    (only,) = numbers.design.effects
    assert (only.what, only.comparison.difference) == ("retrieval, for the base model", 1.0)
    assert only.comparison.verdict == "a"


def test_questions_that_share_a_document_are_one_cluster_and_a_chain_of_them_overlaps() -> None:
    results = [
        a_result(a_scored(), question_id=name, gold_document_ids=gold)
        for name, gold in {"1": ("a",), "2": ("a", "b"), "3": ("b",), "4": ("c",), "5": (), "6": ()}.items()
    ]
    clusters = clusters_of(results)

    assert clusters["1"] == clusters["2"] == clusters["3"]
    assert len({clusters[name] for name in "3456"}) == 4
    assert counted(*results).clusters == 5  # those of documents a, b and c, and of questions 5 and 6


def test_age_is_publication_of_the_newest_gold_document_minus_the_cutoff() -> None:
    times = times_of(
        [
            DocumentTimes(document_id="old", published_at=CUTOFF - 2 * DAY),
            DocumentTimes(document_id="new", published_at=CUTOFF - DAY),
            DocumentTimes(document_id="new", published_at=CUTOFF + 3 * DAY),  # its next revision
        ],
        read_from="documents.jsonl",
    )
    before, after = (
        a_result(a_scored("tuned", correct=right, adapter=ADAPTER), question_id=name, gold_document_ids=gold)
        for name, gold, right in (("q-old", ("old",), 1.0), ("q-new", ("old", "new"), 0.0))
    )
    curve = counted(before, after, times=times).age

    assert [(age_bin.low, age_bin.middle, age_bin.high, age_bin.n) for age_bin in curve.bins] == [
        (-2.0, -2.0, -2.0, 1),
        (3.0, 3.0, 3.0, 1),
    ]
    assert [age_bin.right["tuned"].mean for age_bin in curve.bins] == [1.0, 0.0]


def test_a_bin_lies_on_one_side_of_the_cutoff_and_no_question_is_lost() -> None:
    results, _ = a_trial()
    curve = a_counted_trial().age

    assert sum(age_bin.n for age_bin in curve.bins) == curve.n == 132
    assert all(age_bin.high <= 0 or age_bin.low > 0 for age_bin in curve.bins)
    assert all(age_bin.n >= 8 for age_bin in curve.bins)
    assert curve.n + sum(curve.unknown.values()) == len(results)


@pytest.mark.parametrize(
    ("adapter", "gold", "published", "why"),
    [
        (None, ("story",), CUTOFF, "no answer came from an adapter"),
        (ADAPTER, (), CUTOFF, "the question names no gold document"),
        (ADAPTER, ("other",), CUTOFF, "nothing is known of a gold document"),
        (ADAPTER, ("story",), None, "the time of publication is not known"),
        (ADAPTER, ("story",), NOON + DAY, "a gold document changed after the question was asked"),
    ],
)
def test_a_curve_that_cannot_be_drawn_says_why(
    adapter: AdapterRef | None, gold: tuple[str, ...], published: None, why: str
) -> None:
    times = times_of([DocumentTimes(document_id="story", published_at=published)], read_from="documents.jsonl")
    numbers = counted(a_result(a_scored("tuned", adapter=adapter), gold_document_ids=gold), times=times)

    assert numbers.age.bins == ()
    assert numbers.age.lacking == why


def test_freshness_is_the_time_from_findable_to_asked() -> None:
    times = times_of([DocumentTimes(document_id="story", findable_at=NOON - timedelta(seconds=90))], read_from="d")
    (only,) = counted(a_result(a_scored(), gold_document_ids=("story",)), times=times).freshness.bins

    assert (only.low, only.high, only.n) == (90.0, 90.0, 1)


def test_where_it_went_wrong_is_told_by_the_documents_of_the_evidence() -> None:
    with_gold, without_gold = ("story:with:colons:2:0", "other:1:0"), ("other:1:0",)
    rows = [
        (("x",), with_gold, "answered", 1.0, mistakes.RIGHT_FOUND),
        (("x",), without_gold, "answered", 1.0, mistakes.RIGHT_WITHOUT),
        (("x",), without_gold, "answered", 0.0, mistakes.NOT_FOUND),
        (("x",), without_gold, "abstained", 0.0, mistakes.SILENT_NOT_FOUND),
        (("x",), with_gold, "answered", 0.0, mistakes.MISREAD),
        (("x",), with_gold, "abstained", 0.0, mistakes.SILENT),
        ((), without_gold, "answered", 0.0, mistakes.NO_SUCH_FACT),
        ((), without_gold, "abstained", 1.0, mistakes.RIGHTLY_SILENT),
        (("x",), with_gold, "failed", 0.0, mistakes.FAILED),
    ]
    results = [
        a_result(
            a_scored("base+rag", correct=correct, evidence=evidence, status=status),
            question_id=str(number), references=references, gold_document_ids=("story:with:colons",) * bool(references),
        )
        for number, (references, evidence, status, correct, _) in enumerate(rows)
    ]  # fmt: skip
    results.append(a_result(missing=["base+rag"], question_id="late"))
    (only,) = counted(*results).mistakes

    assert [mistakes.kind(result, "base+rag") for result in results] == [*(row[-1] for row in rows), mistakes.MISSING]
    assert {kind: n for kind, n in only.counts.items() if n != 1} == {mistakes.UNTOLD: 0}
    assert (only.found.mean, only.found.n) == (0.5, 6)
    assert only.right_if_found.mean == only.right_if_not.mean == pytest.approx(1 / 3)


def test_a_question_with_two_gold_documents_needs_both_in_the_evidence() -> None:
    answer = a_scored("base+rag", correct=0.0, evidence=("a:1:0",))
    (only,) = counted(a_result(answer, gold_document_ids=("a", "b"))).mistakes

    assert (only.counts[mistakes.NOT_FOUND], only.partly) == (1, 1)


def test_cost_leaves_failures_out_and_counts_tokens_for_a_right_answer() -> None:
    answers = [
        a_scored("base", latency_ms=1_000.0, prompt_tokens=30, completion_tokens=10),
        a_scored("base", latency_ms=3_000.0, prompt_tokens=50, completion_tokens=10, correct=0.0),
        a_scored("base", latency_ms=9_000.0, status="failed", failure="no server", correct=0.0),
    ]
    (cost,) = counted(*(a_result(scored, question_id=str(n)) for n, scored in enumerate(answers))).costs

    assert (cost.latency.n, cost.latency.p50) == (2, 2_000.0)
    assert (cost.prompt_tokens, cost.completion_tokens, cost.tokens_for_a_right_one) == (40.0, 10.0, 100.0)


def test_error_is_counted_of_given_answers_and_abstention_of_all() -> None:
    rows = [("answered", 1.0), ("answered", 0.0), ("abstained", 0.0), ("abstained", 0.0)]
    results = [
        a_result(a_scored("base", correct=right, status=status), question_id=str(n))
        for n, (status, right) in enumerate(rows)
    ]
    (caution,) = counted(*results, a_result(a_scored("base", correct=0.0), question_id="none", references=())).cautions

    assert (caution.abstained.mean, caution.wrong.mean, caution.error.mean, caution.bluffed.mean) == (
        0.5,
        0.25,
        0.5,
        1.0,
    )
    assert (caution.abstained.n, caution.error.n, caution.bluffed.n) == (4, 2, 1)


def test_the_newest_result_of_a_question_counts_and_only_within_the_range() -> None:
    first = a_result(a_scored(correct=0.0), asked_at=NOON)
    again = first.model_copy(update={"result_version": 2, "answers": {"base": a_scored(correct=1.0)}})
    later = a_result(a_scored(), question_id="later", asked_at=NOON + DAY)
    chosen = gather([again, first, later], read_from="a test", since=NOON, until=NOON + DAY)

    assert [result.result_version for result in chosen.results] == [2]
    assert [cost.right.mean for cost in count(chosen).costs] == [1.0]


def test_equal_results_give_equal_numbers_in_any_order() -> None:
    results, times = a_trial()

    assert count(gather(results[::-1], read_from="results.jsonl", times=times)) == a_counted_trial()


def test_one_number_is_the_same_wherever_it_stands() -> None:
    numbers = a_counted_trial()

    assert [cost.arm for cost in numbers.costs] == list(numbers.arms)
    for cost in numbers.costs:
        row = cell(numbers, cost.arm)
        assert row is not None
        others = row.scores["right"], numbers.design.cells["right"][cost.arm]
        assert all(astuple(other) == pytest.approx(astuple(cost.right), abs=1e-12) for other in others)


def test_without_results_the_verdict_says_so() -> None:
    assert advice.paragraph(counted()) == "There are no results to count, so there is no verdict."


def test_without_accepted_answers_there_is_no_verdict() -> None:
    assert "no accepted answers are known" in advice.paragraph(
        counted(a_result(a_scored(correct=None), references=None))
    )


def test_one_arm_alone_is_compared_with_nothing() -> None:
    said = advice.paragraph(counted(*many({"base": [1.0, 0.0, 1.0, 1.0]})))

    assert said.startswith("base was right on 75.0 % (95 % interval ")
    assert "no other arm" in said


def test_a_tie_shows_no_arm_to_be_better() -> None:
    said = advice.paragraph(counted(*many({"base": [1.0, 0.0] * 6, "tuned": [0.0, 1.0] * 6})))

    assert "No arm is shown to be better than the others: base and tuned were right equally often" in said


def test_one_question_decides_nothing() -> None:
    numbers = counted(*many({"base": [0.0], "tuned": [1.0]}))

    assert [comparison.verdict for comparison in numbers.comparisons] == ["undecided"] * 2
    assert "1 question cannot decide it, however large the difference" in advice.paragraph(numbers)


def test_an_arm_that_never_answered_is_compared_with_nothing() -> None:
    failing = a_scored("tuned", correct=0.0, status="failed", failure="no adapter")
    numbers = counted(*(a_result(a_scored("base"), failing, question_id=str(n)) for n in range(30)))

    assert numbers.silent == ("tuned",)
    assert numbers.comparisons == []
    assert numbers.design.effects == ()
    assert advice.opening(numbers)[0].startswith("No answer came from tuned on 30 of 30 questions")
    assert "tuned 0.0 %" not in advice.paragraph(numbers)


def test_groups_by_document_and_kind_hold_the_questions_that_share_it() -> None:
    def about(name: str, document: str, right: float) -> Result:
        return a_result(a_scored("base", correct=right), question_id=name, gold_document_ids=(document,))

    times = times_of(
        [
            DocumentTimes(document_id="d-1", source="wire", tags=("sport", "harbour")),
            DocumentTimes(document_id="d-2", source="gazette", tags=("sport",)),
        ],
        read_from="a test",
    )
    numbers = count(gather([about("q-1", "d-1", 1.0), about("q-2", "d-1", 0.0), about("q-3", "d-2", 1.0)],
                           read_from="a test", times=times))  # fmt: skip
    told = {(group.by, group.value): (group.n, group.right["base"].mean) for group in numbers.groups}

    assert told == {
        ("source", "wire"): (2, 0.5),
        ("source", "gazette"): (1, 1.0),
        ("topic", "sport"): (3, pytest.approx(2 / 3)),
        ("topic", "harbour"): (2, 0.5),
        ("popularity of the document", "2 or 3 questions"): (2, 0.5),
        ("popularity of the document", "1 question"): (1, 1.0),
    }, "one kind of question and no language are no groups"


def test_no_source_and_no_topic_of_a_document_with_labels_is_a_group() -> None:
    results = [a_result(a_scored("base"), question_id=f"q-{n}", gold_document_ids=(f"d-{n}",)) for n in range(6)]
    kinds = [("wire", ()), ("gazette", ()), ("board", ("board",)), ("of a suite", ("suite:harbour",))]
    times = times_of(
        [DocumentTimes(document_id=f"d-{n}", source=kinds[n % 4][0], labels=kinds[n % 4][1]) for n in range(6)],
        read_from="t",
    )
    groups = count(gather(results, read_from="a test", times=times)).groups

    assert {group.value for group in groups if group.by == "source"} == {"wire", "gazette", "of a suite"}


def test_an_example_is_never_of_a_question_that_shows_labels() -> None:
    asked = [("open", ()), ("board", ("board",)), ("suite", ("suite:harbour",))]
    numbers = counted(
        *(a_result(a_scored("base", correct=0.0), question_id=name, labels=labels) for name, labels in asked)
    )

    assert {example.question_id for example in numbers.examples} == {"open", "suite"}
    assert {example.of for example in numbers.examples} == {3}, "it is counted all the same"


def test_of_many_groups_the_smaller_ones_stand_together() -> None:
    results = [a_result(a_scored("base"), question_id=f"q-{n}", gold_document_ids=(f"d-{n}",)) for n in range(20)]
    times = times_of([DocumentTimes(document_id=f"d-{n}", source=f"s-{min(n, 11)}") for n in range(20)], read_from="t")
    groups = [group for group in count(gather(results, read_from="a test", times=times)).groups if group.by == "source"]

    assert (groups[0].value, groups[0].n) == ("s-11", 9)
    assert (len(groups), groups[-1].value, groups[-1].n) == (9, "all others", 4)


def test_certainty_is_counted_where_an_answer_tells_a_probability_and_nowhere_else() -> None:
    sure: dict[str, Any] = {"log_probability": -0.2, "answer_tokens": 2}
    results = [
        a_result(a_scored("base", correct=float(n % 2), **sure), a_scored("tuned"), question_id=f"q-{n}")
        for n in range(10)
    ]
    certainty = counted(*results).certainty

    assert set(certainty) == {"base"}
    assert certainty["base"].n == 10
    assert certainty["base"].ece.mean == pytest.approx(exp(-0.1) - 0.5)


def test_an_example_is_never_of_an_answer_from_a_document_for_few() -> None:
    passages = (("suite:harbour", "board"),)
    said = a_scored("base", correct=0.0, evidence=("minutes-1:1:0",), evidence_labels=passages)

    assert counted(a_result(said, labels=("suite:harbour",))).examples == []
