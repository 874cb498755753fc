"""How far a group is behind, as its process shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared import observe, probes
from shared.lags import Lags
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.telemetry.lagging import STILL_S, LagWatch
from shared.topology import DOCUMENTS
from tests.builders import a_document

AGO = timedelta(seconds=90)


def shown(name: str, group: str) -> float | None:
    return REGISTRY.get_sample_value(f"tiltyard_lag_{name}", {"group": group, "topic": DOCUMENTS.name})


def test_a_group_that_has_done_nothing_is_behind_by_all_and_by_the_age_of_the_first() -> None:
    broker = MemoryBroker(partitions=1, now=lambda: datetime.now(UTC) - AGO)
    broker.publish(DOCUMENTS, a_document(), a_document(document_id="2"))
    source = MemoryBus(broker, "lag-a").source([DOCUMENTS])
    LagWatch("lag-a", source.lags()).once()

    assert shown("records", "lag-a") == 2
    assert AGO.total_seconds() <= (shown("seconds", "lag-a") or 0) < AGO.total_seconds() + 60


def test_a_group_that_has_caught_up_is_behind_by_nothing() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document())
    source = MemoryBus(broker, "lag-b").source([DOCUMENTS])
    watch = LagWatch("lag-b", source.lags())
    watch.once()
    source.commit(source.poll(10, 0.0))
    watch.once()

    assert (shown("records", "lag-b"), shown("seconds", "lag-b")) == (0, 0)


def test_other_groups_are_left_to_their_own_processes() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document())
    MemoryBus(broker, "lag-other").source([DOCUMENTS])
    LagWatch("lag-c", MemoryBus(broker, "lag-c").source([DOCUMENTS]).lags()).once()

    assert shown("records", "lag-other") is None


def test_a_broker_that_is_away_is_said_once_and_ends_nothing() -> None:
    def away() -> Lags:
        raise ConnectionError("nobody answers")

    watch = LagWatch("lag-d", away)
    with capture_logs() as logs:
        watch.once()
        watch.once()

    assert [line["log_level"] for line in logs] == ["warning"]


class Standing:
    """A group with one record waiting, minutes after its process began to look."""

    def __init__(self, group: str) -> None:
        self.now, self.group = 0.0, group
        self.broker = MemoryBroker(partitions=1)
        self.broker.publish(DOCUMENTS, a_document())
        self.source: Any = MemoryBus(self.broker, group).source([DOCUMENTS])
        self.watch = LagWatch(group, self.source.lags(), clock=lambda: self.now)
        self.watch.once()

    def minutes_later(self) -> str:
        self.now += STILL_S + 1
        self.watch.once()
        return self.watch.alarm()

    @property
    def metric(self) -> float | None:
        return REGISTRY.get_sample_value("tiltyard_stands_still", {"service": self.group})


def test_a_group_that_commits_nothing_for_minutes_stands_still() -> None:
    group = Standing("still-a")

    assert group.metric == 0
    assert "none of the 1 records" in group.minutes_later()
    assert group.metric == 1


def test_a_group_that_commits_something_does_not_stand_still_though_more_waits() -> None:
    group = Standing("still-b")
    group.source.commit(group.source.poll(1, 0.0))
    group.broker.publish(DOCUMENTS, a_document(document_id="2"))

    assert group.minutes_later() == ""


def test_a_group_of_which_nothing_waits_may_stand_for_hours() -> None:
    group = Standing("still-c")
    group.source.commit(group.source.poll(1, 0.0))
    group.minutes_later()

    assert group.minutes_later() == ""


def test_standing_still_is_over_with_the_next_commit() -> None:
    group = Standing("still-d")
    group.minutes_later()
    group.source.commit(group.source.poll(1, 0.0))

    assert (group.minutes_later(), group.metric) == ("", 0)


def test_who_stands_still_is_ready_and_says_so() -> None:
    group, readiness = Standing("still-e"), observe.Readiness("still-e")
    readiness.announce()
    group.minutes_later()

    said = probes.state(readiness)
    assert said.startswith("ready\n")
    assert f"records of {DOCUMENTS.name} that wait" in said
