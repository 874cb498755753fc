"""What a report tells apart: kinds of question, coverages, and causes, by hand on small results."""

from typing import Any

import pytest

from shared.lab.report.blocks import Paragraph, Table
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import apart, causes
from shared.lab.report.selective import AREA, RISK
from shared.messages import Contest, Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY
from tests.contests import a_contest, an_arm
from tests.results import a_result, a_scored

FORM = an_arm("base+rag+form", speaker="base", context="rag", options={"prompt": "rag_with_examples.v1"})
SEVEN = a_contest(
    "base", "base+rag", FORM, "base+gold", "tuned", "tuned+rag", "tuned+gold", name="seven"
)  # fmt: skip
RIGHT = {"base": 0.0, "base+rag": 0.25, "base+rag+form": 0.5, "base+gold": 0.5, "tuned": 0.25, "tuned+rag": 0.75,
         "tuned+gold": 1.0}  # fmt: skip


def counted(*results: Result, contest: Contest = SEVEN) -> Numbers:
    return count(gather([result.model_copy(update={"contest": contest.taken}) for result in results], read_from="x"))


def scored(arm: str, right: float, **changes: Any) -> Any:
    return a_scored(arm, correct=right, scores={HEADLINE: right, "exact_match": right}, **changes)


def seven(questions: int = 40) -> list[Result]:
    """Each arm is right in its share of the questions, which name a gold document each."""
    return [
        a_result(
            *(scored(arm, float(number % 4 < 4 * share)) for arm, share in RIGHT.items()),
            question_id=f"q-{number}",
            gold_document_ids=(f"d-{number}",),
        )
        for number in range(questions)
    ]


def silent(number: int, *, right: bool) -> list[Result]:
    """`base+rag` declines a question with an answer or without one, and `base` answers it."""
    references = () if right else ("the old harbour",)
    return [
        a_result(
            scored("base", 0.0),
            scored("base+rag", 0.0, status="abstained"),
            question_id=f"{'none' if right else 'some'}-{place}",
            references=references,
        )
        for place in range(number)
    ]


def test_declining_is_counted_apart_where_it_is_right_and_where_it_is_wrong() -> None:
    told = counted(*silent(6, right=True), *silent(3, right=False), *seven(9)).apart.abstaining
    reading = next(arm for arm in told.arms if arm.arm == "base+rag")

    assert (told.answerable, told.unanswerable) == (12, 6)
    assert (reading.rightly.mean, reading.rightly.n) == (1.0, 6)
    assert (reading.wrongly.mean, reading.wrongly.n) == (0.25, 12)
    assert reading.right.n == 12, "a question without an answer is in no share of right answers"


def test_what_retrieval_does_to_abstaining_is_a_difference_of_its_own() -> None:
    told = counted(*silent(8, right=True), *silent(8, right=False))
    by = {comparison.metric: comparison for comparison in told.apart.abstaining.comparisons}

    assert (by[RIGHTLY].a, by[RIGHTLY].difference, by[RIGHTLY].verdict) == ("base+rag", 1.0, "a")
    assert (by[WRONGLY].a, by[WRONGLY].difference, by[WRONGLY].verdict) == ("base+rag", 1.0, "b")


def test_gold_against_found_says_what_search_could_give_and_what_it_could_not() -> None:
    told = counted(*seven()).apart.gains
    base, tuned = told.ceilings
    passages = {gain.what: gain.comparisons[HEADLINE].difference for gain in told.passages}

    assert (base.searching, base.given_arm) == ("base+rag", "base+gold")
    assert (base.found.mean, base.given.mean, base.unread.mean) == (0.25, 0.5, 0.5)
    assert (tuned.found.mean, tuned.given.mean, tuned.unread.mean) == (0.75, 1.0, 0.0)
    assert passages == {
        "better search, for base+rag": 0.25,
        "better search, for tuned+rag": 0.25,
        "the right passages, for base": 0.5,
        "the right passages, for tuned": 0.75,
    }


def test_questions_that_name_no_gold_document_are_not_in_gold_against_found() -> None:
    unnamed = a_result(scored("base+rag", 1.0), scored("base+gold", 0.0), question_id="unnamed")
    base, _ = counted(*seven(8), unnamed).apart.gains.ceilings

    assert base.given.n == base.found.n == 8


def test_an_arm_that_is_given_the_passages_is_no_retrieval_arm_and_in_no_square() -> None:
    numbers = counted(*seven(8))

    assert [mistakes.arm for mistakes in numbers.mistakes] == ["base+rag", "tuned+rag"]
    assert numbers.design.square.arms == ("base", "base+rag", "tuned", "tuned+rag")
    assert numbers.further_designs == []


def test_tuning_gives_knowledge_reading_and_style_as_three_numbers() -> None:
    told = counted(*seven()).apart.gains
    gains = {gain.what: (gain.more, gain.less, gain.comparisons[HEADLINE].difference) for gain in told.tuning}

    assert told.form_shown
    assert gains == {
        "knowledge": ("tuned", "base", 0.25),
        "reading": ("tuned+rag", "base+rag+form", 0.25),
        "style": ("base+rag+form", "base+rag", 0.25),
    }


def test_without_a_base_that_is_shown_the_form_reading_and_style_are_one_number_and_that_is_said() -> None:
    results = [
        a_result(*(scored(arm, float(number % 2)) for arm in ("base", "base+rag", "tuned", "tuned+rag")),
                 question_id=str(number))
        for number in range(8)
    ]  # fmt: skip
    numbers = counted(*results, contest=a_contest("base", "base+rag", "tuned", "tuned+rag"))
    said = [block.text for block in causes.causes(numbers).blocks if isinstance(block, Paragraph)]

    assert [gain.what for gain in numbers.apart.gains.tuning] == ["knowledge", "reading and style together"]
    assert causes.MISSING_FORM in said
    assert causes.MISSING_GOLD in said


def sure(arm: str, right: float, log_probability: float, **changes: Any) -> Any:
    return scored(arm, right, log_probability=log_probability, answer_tokens=1, **changes)


def test_arms_are_compared_at_the_coverage_of_the_one_that_answers_least() -> None:
    """`base` is surest of what it has wrong; `base+rag` keeps half of its answers to itself, all of them wrong."""
    results = [
        a_result(
            sure("base", float(number >= 20), -0.1 - number / 100),
            sure("base+rag", 1.0, -0.1) if number < 20
            else sure("base+rag", 0.0, -2.0, status="abstained", withheld="the new harbour"),
            question_id=f"q-{number:02}",
        )
        for number in range(40)
    ]  # fmt: skip
    told = counted(*results).apart.risk_coverage
    base, reading = told.arms
    by = {comparison.metric: comparison for comparison in told.comparisons}

    assert told.coverage == 0.5
    assert (base.answered, reading.answered, reading.spoken) == (1.0, 0.5, 1.0)
    assert (base.risks[0.5].mean, reading.risks[0.5].mean) == (1.0, 0.0)
    assert (base.risks[1.0].mean, reading.risks[1.0].mean) == (0.5, 0.5)
    assert by[RISK].difference == pytest.approx(-1.0)
    assert (by[RISK].verdict, by[AREA].verdict) == ("a", "a"), "less is better, and a is the arm that reads"


def test_what_was_withheld_is_right_where_it_would_have_been() -> None:
    results = [
        a_result(sure("base", 0.0, -1.0, status="abstained", withheld="the old harbour"), question_id=str(number))
        for number in range(4)
    ]
    (base,) = counted(*results).apart.risk_coverage.arms

    assert (base.answered, base.risks[1.0].mean) == (0.0, 0.0)


def test_a_question_to_which_an_arm_had_nothing_to_say_comes_last_and_is_not_right() -> None:
    results = [a_result(sure("base", 1.0, -5.0), question_id=str(number)) for number in range(3)]
    results.append(a_result(scored("base", 0.0, status="abstained"), question_id="declined"))
    (base,) = counted(*results).apart.risk_coverage.arms

    assert base.curve == ((0.75, 0.0), (1.0, 0.25))


def test_an_arm_that_says_of_no_answer_how_sure_it_was_has_no_curve_and_is_named() -> None:
    numbers = counted(*seven(4))
    (said,) = apart.coverage(numbers).blocks

    assert numbers.apart.risk_coverage.arms == ()
    assert isinstance(said, Paragraph)
    assert "No arm said how sure it was" in said.text


def test_every_number_of_abstaining_stands_beside_its_n() -> None:
    section = apart.answerable(counted(*silent(6, right=True), *silent(6, right=False)))
    table = next(block for block in section.blocks if isinstance(block, Table))

    assert table.rows[1][0] == "base+rag"
    assert [cell.split("n = ")[1] for cell in table.rows[1][1:]] == ["6", "6", "6"]


def test_an_arms_own_time_and_its_queue_are_two_numbers() -> None:
    """Three questions at once, answered in one batch: nobody waits for the model alone."""
    results = [
        a_result(
            scored(
                "base",
                1.0,
                latency_ms=wait,
                retrieval_ms=100.0,
                generation_ms=900.0 + (place == 2),
                question_id=str(place),
            ),
            question_id=str(place),
        )
        for place, wait in enumerate((2_000.0, 11_000.0, 500.0))
    ]
    (cost,) = counted(*results).costs

    assert (cost.own.p50, cost.queue.p50, cost.latency.p50) == (1_000.0, 1_000.0, 2_000.0)
    assert cost.together == pytest.approx((2 + 2 + 1) / 3)


def test_the_parts_of_a_contest_are_in_the_numbers_as_json() -> None:
    told = counted(*seven(8)).as_dict()["apart"]

    assert {"abstaining", "risk_coverage", "gains", "mix", "reversals"} <= told.keys()
