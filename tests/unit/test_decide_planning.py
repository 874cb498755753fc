"""What a decision asks and trains within a budget of time."""

from dataclasses import replace

import pytest

from services.console.deciding import planning
from services.console.deciding.pace import Pace
from services.console.deciding.planning import SHARES, TRAININGS, Material, Plan, Speeds

MATERIAL = Material(documents=100, questions=180, learned=90, facts=120, arms=7, tuned_arms=2)


def test_budgets_are_times_of_one_unit() -> None:
    assert [planning.seconds_of(text) for text in ("45m", "1.5h", "900s", " 2H ", "none")] == [
        2700,
        5400,
        900,
        7200,
        None,
    ]
    for wrong in ("", "45", "m", "-3m", "1e3s", "45 m", "forever", "9999999m"):
        with pytest.raises(ValueError, match="--budget"):
            planning.seconds_of(wrong)


def test_without_a_budget_everything_is_asked_and_trained() -> None:
    plan = planning.within(None, MATERIAL)
    assert (plan.questions, plan.trainings, plan.tokens, plan.shares) == (180, TRAININGS, None, SHARES)


def test_a_plan_fits_its_budget_and_a_larger_budget_never_gives_less() -> None:
    before: Plan | None = None
    for budget in range(900, 7200, 60):
        plan = planning.within(budget, MATERIAL)
        assert plan.seconds <= budget
        assert before is None or plan.seconds >= before.seconds
        before = plan


def test_numbers_shrink_in_the_order_that_is_documented() -> None:
    plans = list(planning.shrinking(replace(MATERIAL, cag_arms=1)))
    assert [(plan.questions, plan.tokens, len(plan.shares), plan.cag, plan.trainings) for plan in plans] == [
        (180, None, 4, True, 3),
        (150, None, 4, True, 3),
        (150, 60_000, 4, True, 3),
        (100, 60_000, 4, True, 3),
        (100, 40_000, 4, True, 3),
        (100, 40_000, 2, True, 3),
        (100, 40_000, 0, True, 3),
        (100, 40_000, 0, False, 3),
        (100, 24_000, 0, False, 3),
        (100, 24_000, 0, False, 2),
        (100, 24_000, 0, False, 1),
        (60, 24_000, 0, False, 1),
    ]


def test_an_arm_that_reads_the_newest_documents_is_named_where_it_is_left_out() -> None:
    with_cag = replace(MATERIAL, cag_arms=1)
    plan = Plan(questions=100, trainings=3, tokens=None, shares=(), seconds=60.0, cag=False)
    assert "7 arms but those that read the newest documents" in plan.sentence(with_cag)
    assert planning.asked_s(plan, with_cag, Speeds()) < planning.asked_s(
        plan.model_copy(update={"cag": True}), with_cag, Speeds()
    )


def test_a_further_training_costs_questions_to_the_arms_of_its_adapter_alone() -> None:
    with_cag, speeds = replace(MATERIAL, cag_arms=1), Speeds()
    once, twice = (Plan(questions=100, trainings=n, tokens=None, shares=(), seconds=0.0) for n in (1, 2))
    further = planning.asked_s(twice, with_cag, speeds) - planning.asked_s(once, with_cag, speeds)
    assert further == pytest.approx(100 * 2 * speeds.answer)


def test_an_adapters_arm_over_the_newest_documents_takes_its_longer_time_again() -> None:
    both, speeds = replace(MATERIAL, cag_arms=1, tuned_cag_arms=1), Speeds()
    once, twice = (Plan(questions=100, trainings=n, tokens=None, shares=(), seconds=0.0) for n in (1, 2))
    further = planning.asked_s(twice, both, speeds) - planning.asked_s(once, both, speeds)
    assert further == pytest.approx(100 * (speeds.answer + speeds.cag_answer))
    without = planning.asked_s(twice.model_copy(update={"cag": False}), both, speeds)
    assert without == pytest.approx(100 * (6 + 1) * speeds.answer)


def test_what_an_earlier_start_asked_leaves_its_time_to_another_training() -> None:
    plan, speeds = Plan(questions=100, trainings=3, tokens=None, shares=(), seconds=0), Speeds()
    assert planning.asked_s(plan, MATERIAL, speeds, there=3) == 0
    assert planning.asked_s(plan, MATERIAL, speeds, there=1) == pytest.approx(100 * 2 * 2 * speeds.answer)
    clock, took = Clock(), planning.training_s(plan, MATERIAL, speeds)
    budget = 2 * took + 100 * 2 * 2 * speeds.answer + 1
    for there, fits in ((1, True), (0, False)):
        clock.now = 0.0
        pace = Pace(budget, plan, MATERIAL, 0.0, there, clock=clock)
        clock.now = took
        assert pace.another(took) is fits


def test_of_much_news_no_training_is_foreseen_to_read_more_than_its_recipe_allows() -> None:
    much = Material(documents=900, questions=180, learned=90, facts=1_000, arms=7, tuned_arms=2)
    assert all((plan.tokens or 0) <= planning.MOST_TOKENS for plan in planning.shrinking(much))
    assert much.tokens == planning.MOST_TOKENS


def test_a_budget_in_which_nothing_fits_says_what_would() -> None:
    with pytest.raises(ValueError, match=r"takes about \d+ minutes.*and the budget is 1 minute"):
        planning.within(60, MATERIAL)


def test_the_plan_says_what_it_does_in_one_sentence() -> None:
    plan = Plan(questions=100, trainings=3, tokens=60_000, shares=(0.25, 0.5), seconds=2400)
    assert plan.sentence(MATERIAL) == (
        "Plan: 100 documents, 3 trainings of at most 60,000 tokens each, 2 small ones for the learning curve, 100 of "
        "180 questions to 7 arms; about 40 minutes on two quiet cores."
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_another_training_begins_where_it_fits_with_the_questions_for_it() -> None:
    clock, plan = Clock(), Plan(questions=100, trainings=3, tokens=None, shares=(), seconds=0)
    took = planning.training_s(plan, MATERIAL, Speeds())
    asked_of_two = planning.asked_s(plan.model_copy(update={"trainings": 2}), MATERIAL, Speeds())
    for spare, fits in ((1.0, True), (-1.0, False)):
        clock.now = 0.0
        pace = Pace(2 * took + asked_of_two + spare, plan, MATERIAL, 0.0, clock=clock)
        clock.now = took
        assert pace.another(took) is fits


def test_a_slow_machine_is_taken_to_answer_slowly_too_and_no_budget_lets_everything_be() -> None:
    clock, plan = Clock(), Plan(questions=100, trainings=3, tokens=None, shares=(), seconds=0)
    took = 3 * planning.training_s(plan, MATERIAL, Speeds())
    asked_of_two = planning.asked_s(plan.model_copy(update={"trainings": 2}), MATERIAL, Speeds())
    assert not Pace(took + asked_of_two + 1, plan, MATERIAL, 0.0, clock=clock).another(took)
    assert Pace(None, plan, MATERIAL, 0.0, clock=clock).another(1e9)


def test_a_small_training_for_the_curve_begins_only_where_everything_can_still_be_asked() -> None:
    clock, plan = Clock(), Plan(questions=100, trainings=1, tokens=None, shares=(0.5,), seconds=0)
    took = planning.training_s(plan, MATERIAL, Speeds())
    rest = planning.small_s(0.5, plan, MATERIAL, Speeds()) + planning.asked_s(plan, MATERIAL, Speeds())
    for spare, fits in ((1.0, True), (-1.0, False)):
        pace = Pace(took + rest + spare, plan, MATERIAL, 0.0, clock=clock)
        clock.now = took
        pace.another(took)
        assert pace.small(0.5) is fits
