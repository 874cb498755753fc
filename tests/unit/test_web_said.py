"""What a card tells of an answer beside its words: why there is none, what it cost, and how sure its model was."""

from datetime import timedelta

from services.web.pages.asking import said
from shared import topology
from shared.costs import CostSettings
from tests.builders import a_question, an_answer
from tests.web import Pages

PRICED = CostSettings(watts=0, price_per_hour=3.6)


def test_why_an_arm_declined_or_failed_is_said_in_words() -> None:
    for answer, why in (
        (an_answer(), ""),
        (an_answer(abstention="support.v2@0.6", support=0.8), ""),
        (an_answer(status="abstained"), "The model itself said that it does not know."),
        (
            an_answer(status="abstained", abstention="support.v2@0.6", support=0.412),
            "The rule support.v2 kept its answer back: 0.41, where 0.6 is the least.",
        ),
        (an_answer(status="abstained", abstention="by hand"), "The rule by hand kept its answer back."),
        (an_answer(status="failed", failure="30 s", failure_kind="timeout"), "Its model took too long: 30 s"),
        (an_answer(status="failed", failure="it broke", failure_kind="unheard of"), "it broke"),
        (an_answer(status="skipped", failure="no gold passage was given"), "no gold passage was given"),
    ):
        assert said.why(answer) == why


def test_certainty_is_told_of_what_was_answered_alone() -> None:
    sure = {"log_probability": -1.0, "answer_tokens": 10}
    for answer, told in (
        (an_answer(), ""),
        (an_answer(**sure), "certainty 90 %"),
        (an_answer(**sure, support=0.5, abstention="support.v2@0.1"), "certainty 90 %, support 0.50 of 1"),
        (an_answer(**sure, status="abstained", support=0.5), ""),
    ):
        assert said.certainty(answer) == told


def test_cost_is_told_where_it_is_known() -> None:
    worked = an_answer(retrieval_ms=41, generation_ms=959, prompt_tokens=1_312, completion_tokens=9)
    for answer, costs, told in (
        (an_answer(), PRICED, ""),
        (worked, None, "1.0 s of work, 1,312 tokens read, 9 said"),
        (worked, CostSettings(), "1.0 s of work, 1,312 tokens read, 9 said"),
        (worked, PRICED, "1.0 s of work, 1,312 tokens read, 9 said, at most 0.001 EUR"),
        (an_answer(generation_ms=10), PRICED, "10 ms of work, under 0.0001 EUR"),
    ):
        assert said.cost(answer, costs) == told


def test_a_card_tells_them_and_the_page_the_deadline() -> None:
    pages = Pages(costs=PRICED)
    pages.publish(topology.QUESTIONS, a_question(deadline_s=90))
    asked = pages.broker.records(topology.QUESTIONS.name)[0].appended_at
    answer = an_answer(generation_ms=1_000, log_probability=-1.0, answer_tokens=10)
    pages.publish(topology.ANSWERS, answer, an_answer(arm="tuned", status="failed", failure_kind="timeout"))
    page = pages.browser().get("/question?id=q-1").text

    assert "echo · certainty 90 % · 1.0 s of work, at most 0.001 EUR" in page
    assert "Its model took too long" in page
    assert page.count(">Evidence</a>") == 2
    assert f'answers count until <time datetime="{(asked + timedelta(seconds=90)).isoformat()}"' in page
