"""Which adapter a worker speaks with: promotions, rollbacks, refusals and retirements, between two batches."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.generator.adapter_config import CONFIG
from services.generator.adapters import MOST_TRIES, RETRY_S, NewestAdapters, sha256_of
from services.generator.backends.echo import Echo
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from shared.adapters import registry
from shared.messages import AdapterAnnounced, Answer
from shared.topology import QUESTIONS
from tests import adapters
from tests.builders import NOON, a_question, a_record
from tests.contests import served

TUNED = GeneratorSettings(worker="tuned")


@dataclass
class Worker:
    """One worker over adapters that the test announces; `hour` is the time of the next change."""

    settings: GeneratorSettings = TUNED
    announced: dict[str, AdapterAnnounced] = field(default_factory=dict)
    seconds: float = 0.0
    hour: int = 10

    def __post_init__(self) -> None:
        self.backend = Echo()
        self.newest = NewestAdapters(self.backend, lambda: self.announced, self.settings, clock=lambda: self.seconds)

    def add(self, *made: AdapterAnnounced) -> None:
        self.announced |= {adapter.name: adapter for adapter in made}

    def promote(self, name: str) -> None:
        self.hour += 1
        now = NOON + timedelta(hours=self.hour)
        self.add(*registry.promote(self.announced, name, now=now, reason="", despite_gates=True))

    def ask(self) -> Answer:
        handle = partial(
            answer, served=served(self.settings, "tuned"), backend=self.newest.speaking, now=lambda: NOON, longest=9
        )
        [effect] = self.newest.before(handle)([a_record(a_question(), topic=QUESTIONS.name)])
        return effect.outcome

    def speaks(self) -> str | None:
        made = self.ask()
        return made.adapter.name if made.adapter else None


def test_a_candidate_speaks_to_nobody_until_it_is_promoted(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"), adapters.saved(tmp_path, "b", hours=9, state="candidate"))

    assert worker.speaks() == "a"
    worker.promote("b")
    assert worker.speaks() == "b"


def test_a_rollback_brings_the_one_before_back(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"), adapters.saved(tmp_path, "b", state="candidate"))
    worker.promote("b")
    assert worker.speaks() == "b"

    worker.add(*registry.rollback(worker.announced, now=NOON + timedelta(days=9), reason="invents"))

    assert worker.speaks() == "a"


def test_an_adapter_that_was_taken_away_speaks_no_more_and_the_arm_says_so(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"))
    assert worker.speaks() == "a"

    worker.add(*registry.retire(worker.announced, "a", now=NOON, reason="leaked", leaving_none=True))
    silent = worker.ask()

    assert (silent.status, silent.failure, silent.adapter) == ("failed", "no adapter yet", None)
    worker.promote("a")
    assert worker.speaks() == "a"


def test_where_the_promoted_one_is_refused_the_one_that_stands_by_speaks(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(
        adapters.saved(tmp_path, "a"),
        adapters.saved(tmp_path, "b", hours=1).model_copy(update={"weights_sha256": "f" * 64}),
    )

    assert worker.speaks() == "a"
    assert Worker(announced=worker.announced).speaks() == "a", "also in a worker that starts now"


def test_a_refused_adapter_is_tried_again_when_it_is_announced_anew(tmp_path: Path) -> None:
    worker = Worker()
    good = adapters.saved(tmp_path, "b", state="candidate")
    worker.add(adapters.saved(tmp_path, "a"), good.model_copy(update={"weights_sha256": "f" * 64}))
    worker.promote("b")
    assert worker.speaks() == "a"

    worker.add(good)
    worker.promote("b")

    assert worker.speaks() == "b"


def test_one_that_could_not_be_reached_is_tried_again_after_a_while(tmp_path: Path) -> None:
    worker = Worker()
    adapter = adapters.saved(tmp_path, "a")
    hidden = tmp_path / "hidden"
    Path(adapter.location).rename(hidden)
    worker.add(adapter)
    assert worker.speaks() is None

    hidden.rename(adapter.location)

    assert worker.speaks() is None
    worker.seconds += RETRY_S
    assert worker.speaks() == "a"


def test_a_changed_reason_loads_nothing_anew(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"))
    assert worker.speaks() == "a"
    taken = worker.backend.adapters["tuned"]

    worker.add(worker.announced["a"].model_copy(update={"reason": "still good", "changed_at": NOON}))

    assert worker.speaks() == "a"
    assert worker.backend.adapters["tuned"] is taken


@pytest.mark.parametrize(("state", "speaks"), [("candidate", "a"), ("serving", "a"), ("retired", None)])
def test_a_worker_that_names_an_adapter_speaks_with_a_candidate_but_never_with_a_retired_one(
    tmp_path: Path, state: str, speaks: str | None
) -> None:
    worker = Worker(GeneratorSettings(worker="tuned", adapter="a"))
    worker.add(adapters.saved(tmp_path, "a", state=state), adapters.saved(tmp_path, "b", hours=5))

    assert worker.speaks() == speaks


@pytest.mark.parametrize(
    "error", [RuntimeError("boom"), RecursionError(), MemoryError(), KeyError("x"), TypeError("t")]
)
def test_whatever_a_refused_adapter_raises_the_worker_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"))
    assert worker.speaks() == "a"
    worker.add(adapters.saved(tmp_path, "b", hours=1))

    def take_up(_: AdapterAnnounced) -> None:
        raise error

    monkeypatch.setattr(worker.backend, "take_up", take_up)
    with capture_logs() as logs:
        assert worker.speaks() == "a"

    [refused] = [entry for entry in logs if entry["event"] == "adapter refused"]
    assert (refused["adapter"], type(error).__name__ in refused["reason"]) == ("b", True)


def test_another_configuration_of_the_same_weights_is_taken_up_anew(tmp_path: Path) -> None:
    worker = Worker()
    adapter = adapters.saved(tmp_path, "a")
    worker.add(adapter)
    assert worker.speaks() == "a"

    worker.add(adapter.model_copy(update={"config_sha256": sha256_of(tmp_path / "a" / CONFIG)}))

    answered = worker.ask().adapter
    assert answered is not None
    assert answered.config_sha256 == sha256_of(tmp_path / "a" / CONFIG)


def test_a_crowd_of_adapters_that_are_refused_is_tried_a_few_at_a_time(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"))
    assert worker.speaks() == "a"
    worker.add(*(adapters.announced(f"none-{number}", hours=1 + number) for number in range(MOST_TRIES + 1)))

    with capture_logs() as logs:
        assert worker.speaks() == "a"

    assert sum(entry["event"] == "adapter refused" for entry in logs) == MOST_TRIES


def test_an_address_that_may_not_be_read_is_refused_for_good(tmp_path: Path) -> None:
    worker = Worker()
    worker.add(adapters.saved(tmp_path, "a"), adapters.announced("b", hours=1, location="reference::http://host/x"))

    with capture_logs() as logs:
        assert worker.speaks() == "a"

    [refused] = [entry for entry in logs if entry["event"] == "adapter refused"]
    assert (refused["adapter"], refused["again_in_s"]) == ("b", float("inf"))
