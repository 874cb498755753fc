"""A decision that is interrupted at any place goes on with what is there, and takes nothing that belongs elsewhere."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.console.deciding import steps
from services.console.deciding.steps import Outcome, ToDecide
from services.console.demo import telling
from services.console.demo.kept_runs import Run
from services.console.demo.newswire import SAMPLE
from services.console.demo.story import Trial
from services.console.demo.telling import Counting, Wanted
from shared.costs import CostSettings
from shared.jobs.tuning import AdapterReport
from shared.lab.deciding import trial
from tests.adapters import announced
from tests.results import a_result, a_scored


class KilledError(Exception):
    """In place of kill -9."""


class Staged:
    """Stands for servers and services: trains, asks and writes a summary, and is killed before a place in that order.

    `done`: what was done, in its order.
    """

    def __init__(self, killed_before: str, seconds: float) -> None:
        self._killed_before, self._seconds = killed_before, seconds
        self.done = list[str]()

    def __call__(self, wanted: Wanted) -> None:
        trained = {name: self._trained(name) for name in self._names(wanted)}
        wanted.after_training(self.trial())
        for name, tuning in trained.items():
            self._do(f"ask {name}")
            assert wanted.kept
            wanted.kept.keep(name, Run(tuning, [self._result(question) for question in wanted.questions]))
        wanted.after_questions(self.trial())
        self._do("summary")
        (wanted.out / trial.SUMMARY).write_text('{"freshness_ms": {"p50": 90.0}}')

    def trial(self) -> Trial:
        def ask_with(name: str, questions: Any, **_: Any) -> Any:
            self._do(f"ask {name}")
            return [self._result(question) for question in questions]

        learn = lambda name, *_: self._trained(name)  # noqa: E731
        return SimpleNamespace(learn=learn, hold=lambda _: None, ask_with=ask_with)  # type: ignore[return-value]

    def _names(self, wanted: Wanted) -> Iterator[str]:
        missing = wanted.missing
        for number, seed in enumerate(missing, start=1):
            yield telling.name_of(seed)
            if number < len(missing) and not wanted.another(self._seconds):
                return

    def _trained(self, name: str) -> AdapterReport:
        self._do(f"train {name}")
        return AdapterReport.of(announced(name))

    def _result(self, question: Any) -> Any:
        result = a_result(a_scored("tuned"))
        return result.model_copy(update={"question": question})

    def _do(self, what: str) -> None:
        if what == self._killed_before:
            raise KilledError(what)
        self.done.append(what)


@pytest.fixture
def decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, list[str]]]:
    """Hold the sample's contest on a stage that is killed somewhere; what was done on it, and what came of it."""

    def hold(
        killed_before: str = "", budget_s: float | None = None, seconds: float = 400.0, **changes: Any
    ) -> tuple[Outcome | None, list[str]]:
        staged = Staged(killed_before, seconds)
        monkeypatch.setattr(steps, "_on_stage", staged)
        wanted = ToDecide((), SAMPLE, {}, "two_by_two", budget_s, tmp_path, Counting(60, CostSettings()), **changes)
        try:
            return steps.hold(wanted), staged.done
        except KilledError:
            return None, staged.done

    return hold


Decide = Callable[..., tuple[Any, list[str]]]


def test_what_is_whole_is_not_done_again(decide: Decide) -> None:
    _, done = decide()
    assert done[:3] == ["train seed-1", "train seed-2", "train seed-3"]
    assert done[-1] == "summary"
    outcome, again = decide()
    assert again == []
    assert [*outcome.runs] == ["seed-1", "seed-2", "seed-3"]


def test_wherever_it_is_killed_the_next_start_ends_with_the_same(decide: Decide) -> None:
    whole, done = decide(afresh=False)
    for place in done:
        decide(place, afresh=True)
        outcome, _ = decide()
        assert outcome.runs == whole.runs, place
        assert (outcome.results / trial.SUMMARY).is_file(), place


def test_other_settings_take_no_run_of_before(decide: Decide, monkeypatch: pytest.MonkeyPatch) -> None:
    decide()
    monkeypatch.setenv("TILTYARD_GENERATOR_MAX_NEW_TOKENS", "7")
    _, done = decide()
    assert [what for what in done if what.startswith("ask seed")] == ["ask seed-1", "ask seed-2", "ask seed-3"]


def test_what_a_budget_left_out_is_not_trained_by_a_later_look(decide: Decide) -> None:
    outcome, done = decide(budget_s=2_400.0, seconds=1_500.0)
    assert len(outcome.runs) < 3
    later, again = decide(budget_s=None)
    assert again == []
    assert later.runs == outcome.runs
    assert later.plan.trainings == len(outcome.runs)
    assert done[-1] == "summary"


def test_afresh_does_all_again_and_keeps_what_lies_beside(decide: Decide, tmp_path: Path) -> None:
    decide()
    (tmp_path / "contest" / "mine").mkdir()
    _, done = decide(afresh=True)
    assert done[0] == "train seed-1"
    assert (tmp_path / "contest" / "mine").is_dir()
