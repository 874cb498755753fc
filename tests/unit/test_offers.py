"""What arms want and a backend cannot serve is refused with its reason, before anything is announced."""

from pathlib import Path
from typing import Any

import pytest

from services.console.commands import demo
from services.generator import offering
from services.generator.arms import Served
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.contests import announcing, files
from shared.contests.calendar import Calendar
from shared.messages import Contest
from tests.builders import NOON
from tests.cases import every_case
from tests.contests import a_contest, an_arm

HALF = an_arm("tuned+rag", options={"strength": 0.5})
ADAPTER_MODEL = "TILTYARD_GENERATOR_SERVER_ADAPTER_MODEL"
SERVERS = ("openai", "tgi")


def refused(backend: str, contest: Contest, **settings: Any) -> list[str]:
    return offering.of(GeneratorSettings(backend=backend, **settings))(contest.arms)


def test_every_backend_says_what_it_can_serve() -> None:
    assert plugins.names(offering.OFFERS) == plugins.names("services.generator.backends")


def test_every_backend_serves_every_shipped_contest() -> None:
    with every_case() as case:
        for backend in plugins.names(offering.OFFERS):
            for name in files.names():
                with case(backend, name):
                    assert refused(backend, files.chosen(name)) == []


def test_a_strength_is_refused_by_servers_that_have_no_name_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    contest = a_contest("tuned", HALF, an_arm("tuned-1", speaker="tuned", options={"strength": 1}))
    for backend in SERVERS:
        [line] = refused(backend, contest)
        assert line.startswith("arm tuned+rag: strength 0.5: a server serves an adapter as it lies there")
    monkeypatch.setenv(ADAPTER_MODEL, "{name}@{strength}")
    for backend in (*SERVERS, "transformers", "echo"):
        assert refused(backend, contest) == []


def test_choices_by_likelihood_are_refused_once_by_servers_and_by_nobody_else() -> None:
    contest = a_contest("base", "tuned")
    for backend in SERVERS:
        [line] = refused(backend, contest, choices="likelihood")
        assert line.startswith(f"choices by likelihood: backend {backend!r} gives no probability of a given text")
    for backend in ("transformers", "echo"):
        assert refused(backend, contest, choices="likelihood") == []


def test_a_contest_that_the_workers_backend_cannot_serve_has_a_problem_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contest = a_contest("tuned", HALF)
    assert announcing.problems(contest, ["tuned"]) == []
    monkeypatch.setenv("TILTYARD_GENERATOR_BACKEND", "openai")

    [problem] = announcing.problems(contest, ["tuned"])

    assert problem.startswith("arm tuned+rag: strength 0.5: ")
    assert "by the settings here, TILTYARD_GENERATOR_BACKEND=openai; workers go by their own" in problem


def test_names_that_are_not_known_are_told_beside_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_GENERATOR_BACKEND", "tgi")

    problems = announcing.problems(a_contest("tuned", "small", HALF), ["tuned"])

    assert [problem.partition(":")[0] for problem in problems] == ["arm small", "arm tuned+rag"]


def test_a_trial_refuses_such_a_contest_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "contest.toml"
    file.write_text('name = "weak"\n[[arms]]\nname = "weak"\nspeaker = "tuned"\nstrength = 0.5\n')
    monkeypatch.setenv("TILTYARD_GENERATOR_BACKEND", "openai")

    with pytest.raises(ValueError, match=r"contest\.toml is not held: arm weak: strength 0\.5: a server"):
        demo.demo(contest=str(file), out=tmp_path)


def test_a_worker_does_not_start_on_such_a_contest_and_fails_its_arms_where_it_is_announced_later() -> None:
    settings, contest = GeneratorSettings(worker="tuned", backend="openai"), a_contest("tuned", HALF)
    with pytest.raises(ValueError, match=r"strength 0\.5: a server serves an adapter as it lies there"):
        Served.of(settings, lambda: Calendar(before=contest))

    arms = Served.of(settings, lambda: Calendar().announced(contest, NOON)).of_contest(contest)

    assert {arm.name: bool(arm.problem) for arm in arms} == {"tuned": False, "tuned+rag": True}
