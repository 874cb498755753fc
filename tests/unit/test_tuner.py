"""The tuner: when it trains, what keeps it from training, and that a restart forgets nothing."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tuner import history
from services.tuner.assembly import Ports, assemble
from services.tuner.handler import Decision, Seen, decide, since
from services.tuner.news import News
from services.tuner.settings import TunerSettings
from services.tuner.training import Training
from services.tuner.tuner import Tuner
from shared.jobs.process import JobEndedError
from shared.jobs.tuning import JOB, AdapterReleased, AdapterReport, DatasetMade
from shared.memory.broker import MemoryBroker
from shared.messages import AdapterAnnounced, Cost, DocumentIndexed, Estimate, Snapshot, Standing, TuningDecided
from shared.topology import INDEXED, TUNINGS
from tests import adapters
from tests.builders import NOON, a_chunked_document

HOUR = timedelta(hours=1)
MADE = AdapterReport.of(adapters.announced("news-2", reason="its gates let it pass", cost=Cost(seconds=60.0)))


def policy(**changes: Any) -> TunerSettings:
    return TunerSettings(**{"documents": 10, "at_most_every_hours": 6} | changes)


def an_announcement(name: str, appended: datetime, seen: datetime | None = None) -> DocumentIndexed:
    revision = a_chunked_document(document_id=name, appended_at=appended, first_seen_at=seen or appended)
    return DocumentIndexed(**revision.model_dump(exclude={"chunks"}), chunk_count=1, encoder="e", stored_at=appended)


@dataclass
class Scene:
    """Everything the tuner sees, in memory; the clock moves by hand."""

    settings: TunerSettings = field(default_factory=policy)
    clock: datetime = NOON
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    adapters: dict[str, AdapterAnnounced] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    outcomes: list[AdapterReport | Exception] = field(default_factory=list)
    trained: int = 0

    @property
    def events(self) -> dict[str, TuningDecided]:
        """The topic as its view would have it: the newest event of each key."""
        decisions = [
            TuningDecided.model_validate_json(record.value or b"") for record in self.broker.records(TUNINGS.name)
        ]
        return {event.tuning_id: event for event in decisions}

    def tuner(self) -> Tuner:
        """One that starts now, with what was decided before."""
        ports = Ports(
            adapters=lambda: self.adapters,
            standings=lambda: self.standings,
            decided=self.events,
            not_learned=self._not_learned,
            publish=lambda event: self.broker.publish(TUNINGS, event),
            train=self._train,
            now=lambda: self.clock,
        )
        return assemble(ports, self.settings)

    def publish(self, *names: str) -> None:
        self.broker.publish(INDEXED, *[an_announcement(name, self.clock) for name in names])

    def stand(self, n: int, mean: float, arm: str = "tuned") -> None:
        told = Estimate(n=n, mean=mean, ci95=(0.0, 1.0))
        self.standings["all"] = Standing(slice="all", arms={arm: {"right": told}, "base": {"right": told}},
                                         metric_versions={}, counted_at=self.clock)  # fmt: skip

    def later(self, hours: float) -> None:
        self.clock += timedelta(hours=hours)

    def states(self) -> list[str]:
        return [event.state for event in sorted(self.events.values(), key=lambda event: event.decided_at)]

    def _not_learned(self, adapter: AdapterAnnounced | None) -> int:
        news = News()
        news.take(self.broker.records(INDEXED.name))
        return news.not_learned_by(adapter)

    def _train(self) -> AdapterReport:
        self.trained += 1
        self.clock += timedelta(seconds=30)
        outcome = self.outcomes.pop(0) if self.outcomes else MADE
        if isinstance(outcome, Exception):
            raise outcome
        name = f"news-{self.trained}"
        self.adapters[name] = adapters.announced(
            name, state=outcome.state, cutoff=self.clock, created_at=self.clock, changed_at=self.clock,
            training=adapters.UNFINISHED if outcome.unfinished else adapters.announced().training,
        )  # fmt: skip
        return outcome.model_copy(update={"name": name})


def ten(prefix: str) -> list[str]:
    return [f"{prefix}-{number}" for number in range(10)]


def test_enough_news_starts_a_training_and_every_step_of_it_is_an_event() -> None:
    scene = Scene()
    tuner = scene.tuner()
    scene.publish(*ten("story")[:9])
    assert tuner.look().act == "wait"

    scene.publish("story-9")
    decision = tuner.look()

    assert (decision.act, decision.causes, scene.trained) == ("train", ("documents",), 1)
    [event] = history.trainings(scene.events)
    assert (event.state, event.adapter, event.adapter_state) == ("finished", "news-1", "serving")
    assert "10 documents are not learned" in event.reason
    assert event.cost is not None
    kept = [decided.state for decided in map(TuningDecided.model_validate_json, _values(scene.broker))]
    assert kept.count("started") == kept.count("finished") == 1


def test_what_a_training_learned_counts_no_more_and_a_correction_counts_again() -> None:
    scene = Scene(policy(at_most_every_hours=0))
    tuner = scene.tuner()
    scene.publish(*ten("story"))
    tuner.look()
    scene.later(1)

    assert tuner.look().act == "wait"
    scene.publish(*ten("story"))
    assert (tuner.look().act, scene.trained) == ("train", 2)


def test_news_past_the_cutoff_is_not_learned_though_it_came_before() -> None:
    news = News()
    broker = MemoryBroker()
    broker.publish(INDEXED, an_announcement("old", NOON - HOUR), an_announcement("late", NOON - HOUR, seen=NOON + HOUR))
    news.take(broker.records(INDEXED.name))

    assert news.not_learned_by(adapters.announced("a")) == 1
    assert news.not_learned_by(None) == 2


def test_a_training_is_not_started_more_often_than_allowed_and_that_is_said_once() -> None:
    scene = Scene()
    tuner = scene.tuner()
    scene.publish(*ten("one"))
    tuner.look()
    scene.later(1)
    scene.publish(*ten("two"))

    assert [tuner.look().act for _ in range(3)] == ["postpone"] * 3
    assert scene.states().count("postponed") == 1
    [said] = [event for event in scene.events.values() if event.state == "postponed"]
    assert "at most one every 6 hours" in said.reason
    scene.later(5)
    assert (tuner.look().act, scene.trained) == ("train", 2)


def test_an_adapter_that_no_gate_let_pass_is_not_trained_again_on_the_same_news() -> None:
    scene = Scene(
        policy(at_most_every_hours=0), outcomes=[MADE.model_copy(update={"state": "candidate", "reason": "not served"})]
    )
    tuner = scene.tuner()
    scene.publish(*ten("story"))
    tuner.look()
    scene.later(1)

    assert tuner.look().act == "wait"
    assert history.trainings(scene.events)[0].outcome == "not served"


def test_an_unfinished_training_has_failed_and_is_tried_again_after_a_while() -> None:
    """Its documents are not learned, though the newest adapter came of them."""
    cut = AdapterReport.of(adapters.announced(state="candidate", reason="not served", training=adapters.UNFINISHED))
    scene = Scene(policy(retry_minutes=60, at_most_every_hours=0), outcomes=[cut])
    tuner = scene.tuner()
    scene.publish(*ten("story"))
    acts = []
    for _ in range(4):
        acts.append(tuner.look().act)
        scene.later(0.6)

    assert acts == ["train", "postpone", "train", "wait"]
    first, second = history.trainings(scene.events)
    assert (first.state, first.adapter, first.adapter_state, first.outcome) == (
        "failed", "news-1", "candidate", "not served",
    )  # fmt: skip
    assert second.state == "finished"


def test_what_an_unfinished_adapter_learned_counts_once_somebody_lets_it_serve() -> None:
    scene = Scene()
    scene.publish(*ten("story"))
    scene.later(1)
    scene.adapters["cut"] = adapters.announced(
        "cut", state="serving", cutoff=scene.clock, created_at=scene.clock, training=adapters.UNFINISHED
    )

    assert scene.tuner().look().act == "wait"


def test_failures_are_survived_said_and_waited_for_longer_each_time() -> None:
    failed = [JobEndedError("out of memory"), OSError("disk full"), ValueError("no such event")]
    scene = Scene(policy(retry_minutes=60, at_most_every_hours=0), outcomes=[*failed])
    tuner = scene.tuner()
    scene.publish(*ten("story"))
    acts = []
    for _ in range(9):
        acts.append(tuner.look().act)
        scene.later(1)

    assert acts == ["train", "train", "postpone", "train", "postpone", "postpone", "postpone", "train", "wait"]
    outcomes = [event.outcome for event in history.trainings(scene.events)]
    assert outcomes == ["out of memory", "disk full", "no such event", "its gates let it pass"]


def test_a_restart_remembers_when_it_last_trained_and_closes_what_was_left_open() -> None:
    scene = Scene()
    scene.publish(*ten("one"))
    scene.outcomes = [RuntimeError("the machine lost power")]
    with pytest.raises(RuntimeError):
        scene.tuner().look()
    assert history.trainings(scene.events)[0].state == "started"
    scene.later(0.1)

    again = scene.tuner()
    again.recover()

    [event] = history.trainings(scene.events)
    assert (event.state, event.outcome, event.ended_at) == ("failed", history.INTERRUPTED, scene.clock)
    assert again.look().act == "postpone"
    scene.later(1)
    assert again.look().act == "train"


def test_age_calls_for_a_training_only_while_there_is_something_to_learn() -> None:
    scene = Scene(policy(documents=0, age_hours=24))
    tuner = scene.tuner()
    scene.adapters["news-0"] = adapters.announced("news-0")
    scene.later(30)
    assert tuner.look().act == "wait"

    scene.publish("story")

    decision = tuner.look()
    assert (decision.act, decision.causes) == ("train", ("age",))
    assert "30.0 hours ago" in decision.reason


def test_a_fall_since_the_adapter_began_calls_for_a_training() -> None:
    scene = Scene(policy(documents=0, standing_fall=0.2, fewest_questions=50))
    tuner = scene.tuner()
    scene.stand(100, 0.1)
    scene.adapters["news-0"] = adapters.announced("news-0")
    tuner.look()
    scene.stand(200, 0.4)  # 100 with this adapter, 0.7 of them right
    assert tuner.look().act == "wait"
    scene.stand(240, 0.4)
    assert tuner.look().act == "wait", "40 are too few"
    scene.stand(500, 0.25)  # 300 more, 0.15 of them right

    restarted = scene.tuner()
    decision = restarted.look()

    assert (decision.act, decision.causes) == ("train", ("standing",))
    assert "tuned fell from 0.70 (n = 100) to 0.15 (n = 300)" in decision.reason


def test_the_standing_of_the_base_is_nobodys_fall() -> None:
    scene = Scene(policy(documents=0, standing_fall=0.1))
    scene.stand(100, 0.9, arm="base+rag")
    scene.tuner().look()

    assert next(iter(scene.events.values())).standings == {}


@pytest.mark.parametrize(("n", "act"), [(60, "wait"), (5_000, "train")])
def test_a_small_fall_that_chance_brings_calls_for_nothing(n: int, act: str) -> None:
    began, height = {"tuned": Snapshot(n=0, mean=0)}, {"tuned": Snapshot(n=1_000, mean=0.5)}
    now = {"tuned": Snapshot(n=1_000 + n, mean=(500 + 0.4 * n) / (1_000 + n))}

    decision = decide(Seen(began=began, height=height, now=now), policy(standing_fall=0.05), NOON)

    assert decision.act == act


def test_a_fall_on_a_few_documents_that_are_asked_often_is_chance() -> None:
    began, height = {"tuned": Snapshot(n=0, mean=0)}, {"tuned": Snapshot(n=1_000, mean=0.5)}
    now = {"tuned": Snapshot(n=6_000, mean=(500 + 0.4 * 5_000) / 6_000, effective_n=120.0)}

    decision = decide(Seen(began=began, height=height, now=now), policy(standing_fall=0.05), NOON)

    assert decision.act == "wait"


def test_a_slice_that_was_counted_anew_gives_no_fall() -> None:
    assert since({"tuned": Snapshot(n=100, mean=0.5)}, {"tuned": Snapshot(n=20, mean=0.1)}) == {}


SEEN = st.builds(
    Seen,
    documents=st.integers(0, 40),
    cutoff=st.none() | st.just(NOON - 50 * HOUR),
    last_started=st.none() | st.just(NOON - 3 * HOUR),
    last_ended=st.none() | st.just(NOON - 2 * HOUR),
    failures=st.integers(0, 80),
)
POLICIES = st.builds(
    policy,
    documents=st.integers(0, 20),
    age_hours=st.sampled_from([0.0, 24.0]),
    at_most_every_hours=st.sampled_from([0.0, 6.0]),
)


@given(SEEN, POLICIES)
def test_whatever_is_seen_waiting_long_enough_trains_and_the_pace_is_kept(seen: Seen, wanted: TunerSettings) -> None:
    now, late = decide(seen, wanted, NOON), decide(seen, wanted, NOON + 25 * HOUR)

    assert isinstance(now, Decision)
    assert bool(now.causes) == (now.act != "wait")
    if now.causes:
        assert late.act == "train"
    if now.act == "train" and seen.last_started and not seen.failures:
        assert NOON - seen.last_started >= timedelta(hours=wanted.at_most_every_hours)


def test_a_job_that_is_ended_says_that_the_tuner_was_told_to_stop(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "sleeping_job.py").write_text("import time\nprint('{}', flush=True)\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    stopping = threading.Event()
    training = Training("", stopping, replace(JOB, module="sleeping_job"))

    def stop() -> None:
        stopping.set()
        training.stop()

    threading.Timer(1.0, stop).start()
    with pytest.raises(JobEndedError, match="told to stop"):
        training()


def test_a_training_gives_back_the_adapter_that_its_job_ends_with_and_one_without_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    training = Training("", threading.Event(), replace(JOB, module="short_job"))
    made = DatasetMade(documents=1, examples=1, left_out={}).model_dump_json()
    released = AdapterReleased(report=MADE).model_dump_json()

    (tmp_path / "short_job.py").write_text(f"print({made!r}); print({released!r})\n")
    assert training() == MADE
    (tmp_path / "short_job.py").write_text(f"print({made!r})\n")
    with pytest.raises(JobEndedError, match="short_job ended without an adapter"):
        training()


def _values(broker: MemoryBroker) -> list[bytes]:
    return [record.value or b"" for record in broker.records(TUNINGS.name)]
