"""Adapters on the real system: trained, tried, promoted by hand, rolled back, and made by the tuner."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.console.demo import newswire
from shared import topology
from shared.kafka import topics
from shared.messages import Answer, TuningDecided
from tests.builders import a_document, a_question
from tests.e2e.conftest import WITHIN_S, House
from tests.e2e.test_services import command

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
WIRE = newswire.load(newswire.SAMPLE)
FEW = {"questions": 2, "binding": False}
RECIPE = {
    "name": "short", "version": 1, "training": {"steps": 4, "batch_size": 2},
    "gates": {"learned": {"questions": 4, "least": 1.01}, "older": FEW, "general": FEW, "abstention": FEW,
              "perplexity": FEW},
}  # fmt: skip


@pytest.fixture(scope="module")
def recipe(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A short training whose first gate nobody passes; adapters are kept at an address."""
    file = tmp_path_factory.mktemp("recipe") / "short.yaml"
    file.write_text(json.dumps(RECIPE))
    house.environment["TILTYARD_TUNING_RECIPE"] = str(file)
    house.environment["TILTYARD_TUNING_REGISTRY"] = f"file://{tmp_path_factory.mktemp('registry')}"


def adapters(house: House, *arguments: str) -> Any:
    ended = command(house, "adapters", *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def tuned_answer(house: House, name: str) -> Answer:
    return house.ask(a_question(question_id=name))[name].answers["tuned"].answer


@pytest.mark.usefixtures("recipe")
def test_a_gate_keeps_an_adapter_from_serving_until_somebody_promotes_it_all_the_same(house: House) -> None:
    house.publish(*WIRE.edition1[:40])
    before = tuned_answer(house, "before-tuning").adapter

    tuned = command(house, "tune", "--pairs", str(WIRE.pairs_file), "--json")

    made = json.loads(tuned.stdout)
    assert (tuned.returncode, made["state"]) == (65, "candidate"), tuned.stderr
    assert "gate learned" in made["reason"]
    assert tuned_answer(house, "after-tuning").adapter == before
    refused = command(house, "adapters", "promote", made["name"])
    assert refused.returncode == 78
    assert "--despite-gates" in refused.stderr

    adapters(house, "promote", made["name"], "--despite-gates", "--reason", "known risk")

    spoke = tuned_answer(house, "promoted")
    assert spoke.status != "failed", spoke.failure
    assert spoke.adapter is not None
    assert (spoke.adapter.name, spoke.adapter.weights_sha256) == (made["name"], made["weights_sha256"])
    shown = adapters(house, "show", made["name"])
    assert (shown["speaks"], shown["reason"]) == (True, "known risk")
    assert shown["location"].startswith("file://")
    assert shown["cost"]["seconds"] > shown["training"]["seconds"]


@pytest.mark.usefixtures("recipe")
def test_the_tuner_trains_by_itself_and_what_it_decided_is_on_its_topic(house: House, tmp_path: Path) -> None:
    others = tmp_path / "pairs.jsonl"  # than before: the same pairs would make the same adapter
    others.write_text("".join(WIRE.pairs_file.read_text().splitlines(keepends=True)[::2]))
    policy = {"TILTYARD_TUNER_DOCUMENTS": "1", "TILTYARD_TUNER_AT_MOST_EVERY_HOURS": "99",
              "TILTYARD_TUNER_LOOK_EVERY_S": "0.5", "TILTYARD_TUNER_PAIRS": str(others)}  # fmt: skip
    with tuner(house, policy):
        house.publish(*(a_document(document_id=f"tuner-{n}", text=f"Mill {n} at Sarn turns.") for n in range(3)))
        made = wait_for(house, "finished")
        house.publish(a_document(document_id="tuner-more", text="The last mill at Sarn turns."))
        postponed = wait_for(house, "postponed")

    assert made.causes == ("documents",)
    assert made.adapter_state == "candidate"
    assert "gate learned" in made.outcome
    assert made.cost is not None
    assert "at most one every 99 hours" in postponed.reason
    assert [adapter["name"] for adapter in adapters(house, "list")].count(made.adapter) == 1


@pytest.mark.usefixtures("recipe")
def test_a_rollback_and_a_retirement_reach_a_running_worker(house: House) -> None:
    states = {adapter["name"]: (adapter["speaks"], adapter["state"]) for adapter in adapters(house, "list")}
    assert sorted(states.values()) == [(False, "candidate"), (True, "serving")], states
    new, old = sorted(states, key=lambda name: states[name])
    adapters(house, "promote", new, "--despite-gates")
    assert _name(tuned_answer(house, "new")) == new

    adapters(house, "rollback", "--reason", "invents names")

    assert _name(tuned_answer(house, "rolled-back")) == old
    adapters(house, "retire", old, "--leaving-none")
    silent = tuned_answer(house, "silent")
    assert (silent.status, silent.failure) == ("failed", "no adapter yet")
    adapters(house, "promote", old, "--despite-gates")
    assert _name(tuned_answer(house, "again")) == old


@contextmanager
def tuner(house: House, policy: dict[str, str]) -> Iterator[None]:
    """The tuner as a process; it must end with 0 when it is told to."""
    process = subprocess.Popen([sys.executable, "-m", "services.tuner"], env=os.environ | house.environment | policy)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert code == 0


def wait_for(house: House, state: str) -> TuningDecided:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        records = topics.read_all(house.kafka, topology.TUNINGS.name)
        events = [TuningDecided.model_validate_json(record.value or b"") for record in records]
        failed = [event.outcome for event in events if event.state == "failed"]
        assert not failed
        if reached := [event for event in events if event.state == state]:
            return reached[-1]
        time.sleep(1)
    raise AssertionError(f"no training is {state}")


def _name(answer: Answer) -> str | None:
    return answer.adapter.name if answer.adapter else None
