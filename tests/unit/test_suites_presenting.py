"""Sensitivity to how evidence is put before a model, and what a condition is compared with."""

from collections.abc import Mapping

import pytest

from shared.lab.suites import disturbing, placing, sensitivity
from shared.lab.suites.running import Corpus, SuiteResults
from shared.lab.suites.sensitivity import UNDISTURBED, Condition
from shared.messages import Turn
from tests.builders import a_question
from tests.unit.test_suites_sensitivity import a_result, a_suite, under


def a_condition(name: str, right: float, gold: Mapping[str, tuple[str, ...]]) -> Condition:
    questions = [a_question(question_id=question_id, gold_document_ids=links) for question_id, links in gold.items()]
    results = {question.question_id: a_result(question, right, "answered") for question in questions}
    return Condition(name, SuiteResults(questions, results), Corpus("c", {"indexed": 1}, {}))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_the_number_of_passages_is_asked_for_in_every_question_and_nothing_else_changes(count: int) -> None:
    disturbed = under(f"passages-{count}")

    assert disturbed.documents is None
    assert {(asked.presentation.passages, asked.presentation.order) for asked in disturbed.questions} == {
        (count, "best_first")
    }
    assert len(disturbed.questions) == len(a_suite().questions)
    assert disturbing.said(f"passages-{count}") == f"prompts with up to {count} passages"


def test_an_order_is_compared_with_the_same_passages_best_first() -> None:
    (wish,) = {asked.presentation for asked in under("order-best_last").questions}

    assert (wish.passages, wish.order) == (5, "best_last")
    assert disturbing.against("order-best_last") == "passages-5"
    assert disturbing.with_their_controls(["order-shuffled", "stale", "order-best_last"]) == [
        "passages-5", "order-shuffled", "stale", "order-best_last",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"no disturbance 'order': choose one of unchanged, .*order-best_last"):
        disturbing.with_their_controls(["order"])


def test_a_wish_and_a_history_reach_the_system() -> None:
    asked = a_question(kind="conversation", history=(Turn(role="asker", text="Hello"),))
    (put,) = placing.questions([disturbing.presented(asked, passages=2)], "suite:x", "r", deadline_s=9)

    assert (put.presentation.passages, put.history, put.kind) == (2, asked.history, "conversation")


def test_a_disturbance_is_compared_with_its_own_control() -> None:
    gold = {f"q{number}": (f"d{number}",) for number in range(10)}
    conditions = [
        a_condition(UNDISTURBED, 1.0, gold), a_condition("passages-5", 0.25, gold),
        a_condition("order-best_last", 0.25, gold),
    ]  # fmt: skip
    comparisons = {(name, arm): comparison for name, arm, comparison in sensitivity.compared(conditions, ("base+rag",))}

    assert comparisons["passages-5", "base+rag"].difference == -0.75
    assert comparisons["order-best_last", "base+rag"].difference == 0.0


def test_questions_that_share_a_gold_document_depend_on_one_another_and_a_chain_is_not_one_cluster() -> None:
    gold = {"q1": ("a", "b"), "q2": ("b", "c"), "q3": ("c",), "q4": ("d",), "q5": ()}
    conditions = [a_condition(UNDISTURBED, 1.0, gold), a_condition("stale", 1.0, gold)]

    (comparison,) = [comparison for _, _, comparison in sensitivity.compared(conditions, ("base+rag",))]
    assert (comparison.n, comparison.clusters) == (5, 4)
    assert comparison.largest == 3 / 5, "the one in the middle of the chain"
