"""How long a training is: what its plan says, whatever the clock says; a time limit only leaves it unfinished."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from safetensors.torch import load_file
from torch import equal

from services.generator.adapters import WEIGHTS
from services.generator.tuning import recipe
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import budget, record
from services.generator.tuning.training.budget import Budget
from services.generator.tuning.training.plan import TrainingPlan
from shared.jobs.events import Event
from shared.jobs.training import RunPlanned, StepTaken, TrainingResumed
from tests import tiny_model, training_run

IN_EPOCH, TOKENS = 4, sum(map(len, training_run.examples()))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


def a_clock(step_s: float) -> Callable[[], float]:
    """Goes on by so much each time that somebody looks."""
    times = iter(range(1_000_000))
    return lambda: next(times) * step_s


def steps(**plan: Any) -> int:
    return budget.of(training_run.examples(), TrainingPlan(batch_size=2, **plan)).steps


def assert_same(folder: Path, other: Path) -> None:
    first, second = load_file(folder / WEIGHTS), load_file(other / WEIGHTS)
    assert first.keys() == second.keys()
    assert all(equal(first[name], second[name]) for name in first)


def test_a_run_ends_with_its_epochs_its_steps_or_its_tokens_whichever_are_used_up_sooner() -> None:
    assert steps(epochs=2.5) == 10
    assert steps(epochs=2.5, steps=7) == 7
    assert steps(epochs=1, steps=7) == IN_EPOCH
    assert steps(epochs=3, tokens=2 * TOKENS) == 2 * IN_EPOCH
    assert steps(epochs=1, tokens=2 * TOKENS) == IN_EPOCH


def test_a_small_set_is_passed_over_again_until_there_are_enough_steps() -> None:
    assert steps(epochs=1, least_steps=9) == 9
    assert steps(epochs=5, least_steps=9) == 5 * IN_EPOCH
    assert steps(epochs=1, least_steps=9, steps=7) == 7
    assert steps(epochs=1, least_steps=9, tokens=2 * TOKENS) == 2 * IN_EPOCH


def test_a_run_may_have_no_number_of_epochs() -> None:
    assert steps(epochs=None, steps=30) == 30
    assert steps(epochs=None, tokens=3 * TOKENS) == 3 * IN_EPOCH


def test_a_run_learns_from_no_more_tokens_than_it_may_but_has_a_step() -> None:
    assert steps(epochs=1, tokens=TOKENS - 1) == IN_EPOCH - 1
    assert steps(epochs=1, tokens=1) == 1


def test_something_must_say_how_long_a_run_is() -> None:
    with pytest.raises(ValidationError, match="one of them must say how long a run is"):
        TrainingPlan(epochs=None, max_seconds=60)


def test_the_rate_rises_and_falls_with_the_steps() -> None:
    rates = [Budget(steps=100, warmup=0.1, epochs=1).rate(step) for step in range(100)]

    assert rates[0] == 0.02
    assert max(rates) == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.001


def test_a_busy_machine_makes_the_same_adapter(tiny: Path, tmp_path: Path) -> None:
    """A hundred thousand times slower, by a clock that is looked at after each step."""
    quick = training_run.run(tiny, tmp_path / "quick", home=tmp_path / "a", clock=a_clock(0.01))
    slow = training_run.run(tiny, tmp_path / "slow", home=tmp_path / "b", clock=a_clock(1_000.0))

    assert_same(tmp_path / "quick", tmp_path / "slow")
    assert slow.seconds > 30_000 > quick.seconds
    assert (quick.steps, quick.unfinished) == (slow.steps, slow.unfinished) == (40, False)


def test_a_run_whose_time_is_up_is_unfinished_and_says_so(tiny: Path, tmp_path: Path) -> None:
    events: list[Event] = []

    ended = training_run.run(
        tiny, tmp_path / "cut", home=tmp_path, say=events.append, clock=a_clock(1.0), max_seconds=10
    )

    assert (ended.steps, ended.planned_steps, ended.unfinished) == (10, 40, True)
    [planned] = [event for event in events if isinstance(event, RunPlanned)]
    assert (planned.steps, planned.epochs) == (40, 10.0)
    assert {event.steps for event in events if isinstance(event, StepTaken)} == {40}
    kept = json.loads((tmp_path / "cut" / record.FILE).read_text())
    assert (kept["steps"], kept["planned_steps"], kept["unfinished"]) == (10, 40, True)


def test_an_unfinished_run_goes_on_and_ends_with_the_weights_of_one_that_had_the_time(
    tiny: Path, tmp_path: Path
) -> None:
    """Each start has the whole limit; another limit is the same run."""
    home, events = tmp_path / "home", list[Event]()
    training_run.run(tiny, tmp_path / "whole", home=tmp_path / "other")
    first = training_run.run(tiny, tmp_path / "cut", home=home, clock=a_clock(1.0), max_seconds=15)
    second = training_run.run(tiny, tmp_path / "cut", home=home, clock=a_clock(1.0), max_seconds=15)
    last = training_run.run(tiny, tmp_path / "cut", home=home, say=events.append, clock=a_clock(1.0), max_seconds=500)

    assert [run.steps for run in (first, second, last)] == [15, 30, 40]
    assert [event.resumed_from_step for event in events if isinstance(event, TrainingResumed)] == [30]
    assert not last.unfinished
    assert_same(tmp_path / "whole", tmp_path / "cut")
    assert [*(home / "runs").iterdir()] == []


def test_a_run_that_is_unfinished_has_done_a_step_at_each_start(tiny: Path, tmp_path: Path) -> None:
    for start in (1, 2):
        ended = training_run.run(tiny, tmp_path / "cut", home=tmp_path, clock=a_clock(99.0), max_seconds=0.001)
        assert ended.steps == start


def test_shipped_recipes_have_no_time_limit() -> None:
    plans = [recipe.load(TuningSettings(recipe=name)).training for name in recipe.names()]

    assert [plan.max_seconds for plan in plans] == [None] * len(recipe.names())


def test_settings_may_shorten_a_training_or_limit_its_time() -> None:
    plan = recipe.load(TuningSettings(steps=12, max_seconds=3.0)).training

    assert (plan.steps, plan.max_seconds, plan.epochs) == (12, 3.0, 1)
