"""Adapters change while questions flow: none is lost, and each answer names the adapter whose weights spoke."""

import itertools
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest

from services.generator.adapters import Announced
from services.generator.assembly import Ports, assemble, name_of
from services.generator.backends import transformers
from services.generator.settings import GeneratorSettings
from shared.adapters import registry
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.messages import AdapterAnnounced, Answer
from shared.models.language import weights_sha256
from shared.records import RawRecord
from shared.runner import Runner
from shared.topology import ANSWERS, QUESTIONS
from tests import adapters, tiny_model
from tests.builders import a_question
from tests.contests import only

ASKED = ("Who?", "Where is the fair?", "What is the colour of the third tram?")
QUESTIONS_IN_ALL, SECONDS = 240, 60.0


class Promoter:
    """Promotes one adapter after the other from a thread of its own, as a person or a tuning job would."""

    def __init__(self, announced: dict[str, AdapterAnnounced]) -> None:
        self.announced: Mapping[str, AdapterAnnounced] = announced
        self.count = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        for name in itertools.cycle(("b", "c", "a")):
            for change in registry.promote(self.announced, name, now=datetime.now(UTC), reason="", despite_gates=True):
                self.announced = dict(self.announced) | {change.name: change}
            self.count += 1
            if self._stopping.wait(0.05):
                return


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, AdapterAnnounced]]:
    """A model with three adapters that say different things."""
    home = tmp_path_factory.mktemp("swap")
    base, announced = tiny_model.save(home / "tiny"), {}
    for name, fill in (("a", 0.4), ("b", 0.5), ("c", 0.6)):
        (home / name).mkdir()
        tiny_model.save_lora(base, home / name, fill)
        announced[name] = adapters.announced(
            name, folder=home / name, base_sha256=weights_sha256(base), state="serving" if name == "a" else "candidate"
        )
    return base, announced


@pytest.mark.parametrize("speakers", ["tuned", "base,tuned"], ids=["merged", "base speaks too"])
def test_every_answer_names_the_adapter_whose_weights_spoke_and_none_is_lost(
    made: tuple[Path, dict[str, AdapterAnnounced]], speakers: str
) -> None:
    base, announced = made
    settings = GeneratorSettings(worker="tuned", speakers=speakers, model=str(base), batch_size=8, max_new_tokens=6)
    said = {name: _said_alone(adapter, settings) for name, adapter in announced.items()}
    assert len({tuple(texts.values()) for texts in said.values()}) == len(said), "they must be told apart"
    broker = MemoryBroker()

    with Promoter(announced) as promoter:
        runner = _runner(broker, settings, lambda: promoter.announced)
        for number in range(QUESTIONS_IN_ALL):
            text = ASKED[number % len(ASKED)]
            broker.publish(QUESTIONS, a_question(question_id=f"q-{number}", text=text))
            if number % 7 == 0:
                runner.run_once()
        deadline = time.monotonic() + SECONDS
        while runner.run_once() and time.monotonic() < deadline:
            pass

    tuned = [answer for answer in map(_answer, broker.records(ANSWERS.name)) if answer.arm == "tuned"]
    assert sorted(answer.question_id for answer in tuned) == sorted(f"q-{number}" for number in range(QUESTIONS_IN_ALL))
    assert broker.records(QUESTIONS.dead) == []
    for answer in tuned:
        assert answer.status == "answered", answer.failure
        assert answer.adapter is not None
        asked = ASKED[int(answer.question_id.removeprefix("q-")) % len(ASKED)]
        assert answer.text == said[answer.adapter.name][asked], f"{answer.adapter.name} did not say this"
    assert promoter.count >= 5
    assert len({answer.adapter.name for answer in tuned if answer.adapter}) == 3


def _said_alone(adapter: AdapterAnnounced, settings: GeneratorSettings) -> dict[str, str]:
    """What an adapter answers where no other was ever loaded."""
    broker = MemoryBroker()
    only = adapter.model_copy(update={"state": "serving"})
    runner = _runner(broker, settings, lambda: {only.name: only})
    for text in ASKED:
        broker.publish(QUESTIONS, a_question(question_id=text, text=text))
    runner.run_once()
    answers = map(_answer, broker.records(ANSWERS.name))
    return {answer.question_id: answer.text for answer in answers if answer.arm == "tuned"}


def _runner(broker: MemoryBroker, settings: GeneratorSettings, announced: Announced) -> Runner[Answer]:
    ports = Ports(
        bus=MemoryBus(broker, name_of(settings)),
        backend=transformers.build(settings, Path()),
        adapters=announced,
        contests=lambda: only("base", "tuned"),
        now=lambda: datetime.now(UTC),
    )
    return assemble(ports, settings)


def _answer(record: RawRecord) -> Answer:
    return Answer.model_validate_json(record.value or b"")
