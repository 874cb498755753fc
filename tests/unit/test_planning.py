"""Plans: how many questions, documents and trainings decide something, and whether so many do."""

import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from services.console.app import build
from shared.lab.planning import pilot
from shared.lab.planning.plan import make
from shared.lab.report.material import combined, gather
from shared.scoring.catalogue import HEADLINE
from shared.statistics.made_answers import Maker, latent
from shared.statistics.planning import Assumptions, Wanted, alike_all, apart, checked, documents
from tests.builders import NOON, a_question, an_answer
from tests.unit.test_votes import a_result

PAIR = ("base", "rag")


def assumptions(**changes: Any) -> Assumptions:
    values: dict[str, Any] = {"rates": {"base": 0.4, "rag": 0.5}, "alike": alike_all(PAIR, 0.3)}
    return Assumptions(**values | changes)


def needed(assumed: Assumptions, wanted: Wanted, *, trainings: int = 1, family: int = 1) -> int:
    count = documents(assumed, PAIR, wanted, trainings=trainings, family=family)
    assert count is not None
    return count


def test_the_number_for_one_pair_is_that_of_the_textbook() -> None:
    """Two paired shares, 80 % power, 5 %: n = (1.96 + 0.84)^2 s^2 / d^2, and a few more for Student's t."""
    spread = 2 * 0.45 * 0.55 * 0.7 - 2 * (0.05**2) * 0.7
    textbook = (1.96 + 0.8416) ** 2 * spread / 0.1**2

    assert textbook < needed(assumptions(), Wanted(0.1)) < textbook + 5


def test_more_pairs_more_questions_on_a_document_and_smaller_differences_ask_for_more() -> None:
    alone = needed(assumptions(), Wanted(0.1))

    assert needed(assumptions(), Wanted(0.1), family=6) > 1.3 * alone
    assert needed(assumptions(), Wanted(0.05)) > 3.5 * alone
    assert needed(assumptions(), Wanted(0.1, power=0.95)) > 1.5 * alone
    crowded = assumptions(per_document=4.0, within=0.5)
    assert alone / 4 < needed(crowded, Wanted(0.1)) < alone, (
        "four questions a document are more than one, less than four"
    )


def test_where_trainings_differ_too_much_no_number_of_questions_is_enough() -> None:
    tuned = assumptions(trained=("rag",), deviation=0.06)

    assert documents(tuned, PAIR, Wanted(0.1), trainings=3, family=1) is None
    assert needed(tuned, Wanted(0.1), trainings=8) < needed(tuned, Wanted(0.1), trainings=6)
    assert needed(tuned, Wanted(0.1)) == needed(assumptions(), Wanted(0.1)), "one adapter is judged by questions alone"


def test_equality_within_a_margin_asks_for_more_than_a_difference_of_that_size() -> None:
    assert needed(assumptions(), Wanted(0.05, equal=True)) > needed(assumptions(), Wanted(0.05))


def test_rates_are_moved_apart_and_stay_rates() -> None:
    assert apart(assumptions(), PAIR, 0.2) == pytest.approx({"base": 0.35, "rag": 0.55})
    edge = assumptions(rates={"base": 0.97, "rag": 0.99})
    assert apart(edge, PAIR, 0.1) == pytest.approx({"base": 0.9, "rag": 1.0})


def test_made_answers_are_as_they_were_ordered() -> None:
    ordered = assumptions(per_document=2.0, within=0.4)
    made = Maker(ordered, ordered.rates).experiment(np.random.default_rng(1), documents=20_000, trainings=1)
    values = np.array([list(made.scores[arm].values()) for arm in PAIR])

    assert values.mean(axis=1) == pytest.approx([0.4, 0.5], abs=0.01)
    assert np.corrcoef(values)[0, 1] == pytest.approx(0.3, abs=0.02)
    assert np.corrcoef(values[0].reshape(-1, 2).T)[0, 1] == pytest.approx(0.4, abs=0.03)
    assert len(set(made.clusters.values())) == 20_000


def test_made_trainings_move_only_what_was_trained() -> None:
    tuned = assumptions(trained=("rag",), deviation=0.1)
    made = Maker(tuned, tuned.rates).experiment(np.random.default_rng(2), documents=2_000, trainings=12)
    by_run = {arm: np.array(list(made.scores[arm].values())).reshape(12, -1).mean(axis=1) for arm in PAIR}

    assert np.ptp(by_run["base"]) == 0
    assert 0.05 < by_run["rag"].std(ddof=1) < 0.17
    assert len(set(made.runs.values())) == 12


def test_the_latent_correlation_is_that_of_the_cut_values_or_the_nearest() -> None:
    assert latent(1 / 3, 0.5, 0.5) == pytest.approx(np.sin(np.pi / 6), abs=1e-3), "Sheppard 1899"
    assert latent(0.9, 0.1, 0.9) == pytest.approx(0.999), "rates so far apart cannot agree so well"
    assert latent(0.5, 0.0, 0.5) == 0.0


def test_a_plan_is_confirmed_by_the_rule_that_decides() -> None:
    plan = make(assumptions(), Wanted(0.2), experiments=60)

    assert plan.hardest == PAIR
    assert plan.documents is not None
    assert 60 < plan.documents < 150
    assert plan.documents == plan.questions
    assert 0.65 < (plan.trials[-1].decided.mean or 0) < 0.95
    assert make(assumptions(), Wanted(0.2), experiments=60) == plan, "seeded"


def test_without_a_stated_difference_each_pair_is_held_to_its_own() -> None:
    rates = {"base": 0.2, "rag": 0.6, "twin": 0.6}
    plan = make(Assumptions(rates, alike_all(list(rates), 0.3)), Wanted(0.0), experiments=20)

    assert [need.pair for need in plan.needs] == [("base", "rag"), ("base", "twin")]
    assert plan.family == 3
    with pytest.raises(ValueError, match="all rates are equal"):
        make(assumptions(rates={"base": 0.5, "rag": 0.5}), Wanted(0.0))


def test_a_plan_that_no_number_of_questions_meets_says_so() -> None:
    plan = make(assumptions(trained=("rag",), deviation=0.3), Wanted(0.05), experiments=20)

    assert (plan.hardest, plan.trials, plan.documents) == (None, (), None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rates": {"base": 0.4, "rag": 1.4}}, "between 0 and 1, not rag=1.4"),
        ({"rates": {"base": 0.4}}, "two arms"),
        ({"trained": ("tuned",)}, "no rate is given of tuned"),
        ({"within": -0.1}, "correlations"),
        ({"per_document": 0.5}, "one question or more"),
    ],
)
def test_assumptions_that_cannot_be_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked(assumptions(**changes))


def a_pilot(seed: int, shares: dict[str, float]) -> Any:
    rng = np.random.default_rng(seed)
    results = []
    for number in range(60):
        question = a_question(question_id=f"q-{number}", gold_document_ids=(f"d-{number // 2}",), references=("x",))
        answers = [an_answer(question_id=f"q-{number}", arm=arm, adapter=None) for arm in shares]
        result = a_result(answers=answers, question=question, asked_at=NOON)
        scored = {
            arm: result.answers[arm].model_copy(update={"scores": {HEADLINE: float(rng.random() < share)}})
            for arm, share in shares.items()
        }
        results.append(result.model_copy(update={"answers": scored, "metric_versions": {HEADLINE: "1"}}))
    return gather(results, read_from=f"run {seed}")


def test_a_pilot_says_what_a_plan_may_assume() -> None:
    assumed = pilot.assumed(a_pilot(1, {"base": 0.3, "base+rag": 0.7}))

    assert assumed.rates == pytest.approx({"base": 0.3, "base+rag": 0.7}, abs=0.15)
    assert assumed.per_document == 2.0
    assert 0 <= assumed.within < 0.3
    assert (assumed.trained, assumed.deviation) == ((), 0.0)
    with pytest.raises(ValueError, match="no scores of nobody"):
        pilot.assumed(a_pilot(1, {"base": 0.3, "base+rag": 0.7}), ["nobody"])


def test_several_pilots_of_one_set_of_questions_are_several_runs() -> None:
    runs = {f"run-{seed}": a_pilot(seed, {"base": 0.3, "base+rag": 0.7}) for seed in (1, 2, 3)}
    assumed = pilot.assumed(combined(runs, read_from="three"))

    assert assumed.per_document == 2.0, "a question asked three times is one question"


def test_the_command_says_what_it_takes() -> None:
    said = CliRunner().invoke(
        build(), ["plan", "--rate", "base=0.4", "--rate", "rag=0.6", "--experiments", "20", "--json"]
    )
    plan = json.loads(said.stdout)

    assert plan["hardest"] == ["base", "rag"]
    assert plan["assumptions"]["alike"] == {"base : rag": 0.3}
    shown = CliRunner().invoke(build(), ["plan", "--rate", "base=0.4", "--rate", "rag=0.6", "--experiments", "20"])
    assert "answerable questions on" in shown.stdout
    assert "Taken to be so: right answers base 40 %, rag 60 %" in shown.stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "say what to plan from"),
        (["--rate", "base"], "such as base=0.4"),
        (["--rate", "base=x"], "such as base=0.4"),
        (["--rate", "a=0.1", "--rate", "b=0.2", "--difference", "10", "--margin", "10"], "one at a time"),
    ],
)
def test_a_plan_of_nothing_or_of_two_things_is_refused(options: list[str], reason: str) -> None:
    ended = CliRunner().invoke(build(), ["plan", *options])

    assert ended.exit_code == 64
    assert reason in ended.stderr
