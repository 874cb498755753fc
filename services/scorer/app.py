"""The one file that imports Faust: the group with its co-partitioned topics, and the table with its changelog.

What Faust is kept from: `concurrency` above 1 loses messages, its exactly-once mode does not work, its joins are not
implemented, and by itself it acknowledges an event whose handling failed. So one agent only passes events on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

import faust
from aiokafka.partitioner import DefaultPartitioner
from faust.transport.drivers import aiokafka as driver

from services.scorer.progress import Place
from services.scorer.reading import JOINED
from services.scorer.security import Security, security
from services.scorer.settings import ScorerSettings
from services.scorer.table import TableJoins
from services.scorer.turns import Turns
from shared.kafka.client import MAX_BYTES
from shared.records import InvalidMessageError, RawRecord
from shared.settings import HomeSettings, KafkaSettings
from shared.topology import ANSWERS

GROUP, TABLE = "scorer", "joins"
CHANGELOG = {
    "max.message.bytes": str(MAX_BYTES),
    # Recovery reads about a thousand changes a second: compact soon, or a restart takes minutes.
    "segment.ms": "600000",
    "min.cleanable.dirty.ratio": "0.1",
}


class Consumer(driver.Consumer):
    """Begins at the beginning of a partition of which nothing is committed.

    When a table has recovered, Faust pauses its partitions, and for a moment none is active. aiokafka takes an empty
    set for all: it hands out records that it had fetched ahead, and Faust drops them and goes back to what is
    committed. Where nothing is, aiokafka goes back nowhere, and what was dropped is not read until the next start.
    """

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """The committed offset of each assigned partition; the consumer stands there when this returns."""
        committed: Mapping[Any, int] = await super().seek_to_committed()
        joined = {topic.name for topic in JOINED}
        new = [place for place, offset in committed.items() if not offset and place.topic in joined]
        for place, offset in (await self.earliest_offsets(*new)).items() if new else ():
            await self.seek(place, offset)
        return committed


class Transport(driver.Transport):
    """Faust's own, with our consumer."""

    Consumer = Consumer


class App:
    """A Faust application over `partitions` partitions. `ours` are assigned and recovered, once `settled`."""

    def __init__(self, settings: ScorerSettings, kafka: KafkaSettings, *, partitions: int) -> None:
        self.ours: frozenset[int] = frozenset()
        self.settled = False
        self._revoked = 0
        self._every = list(range(partitions))
        self._faust = _faust(settings, kafka)
        self._faust.transport = Transport(self._faust.conf.broker_consumer, self._faust)
        table = self._faust.Table(
            TABLE,
            key_type=bytes,
            value_type=bytes,
            partitions=partitions,
            extra_topic_configs=CHANGELOG,
        )
        self.joins = TableJoins(table)

    def place(self, question_id: str, _: RawRecord) -> int:
        """The partition of a question's join, wherever its records stand; InvalidMessageError where it is not ours.

        Raises RuntimeError during a rebalance, before which Faust lets every turn end: better to stop than to bury.
        """
        if not self.settled:
            raise RuntimeError("an event is handled during a rebalance")
        number = int(DefaultPartitioner()(question_id.encode(), self._every, self._every))
        if number not in self.ours:
            raise InvalidMessageError(
                "another scorer has its partition: publish it with the question's id as key "
                "and with partitioner=murmur2_random"
            )
        return number

    async def start(self, turns: Turns, on_settled: Callable[[], None]) -> None:
        """Join the group. `on_settled` is called after each rebalance, when the recovered table is taken over."""
        topic = self._faust.topic(
            *(joined.name for joined in JOINED), key_type=bytes, value_type=bytes, key_serializer="raw",
            value_serializer="raw", allow_empty=True,
        )  # fmt: skip

        async def pass_on(stream: Any) -> None:
            async for event in stream.noack().events():
                await turns.inbox.put(event)

        async def revoked(*_: Any, **__: Any) -> None:
            async with turns.between:
                self.ours, self.settled = frozenset(), False
                self._revoked += 1

        async def settled(*_: Any, **__: Any) -> None:
            assigned = self._faust.consumer.assignment()
            self.ours, before = frozenset(one.partition for one in assigned if one.topic == ANSWERS.name), self._revoked
            await turns.adopt(self.ours)
            if self._revoked == before:  # else partitions moved meanwhile, and this comes again
                self.settled = True
                on_settled()

        self._faust.agent(topic, name="pass_on", concurrency=1)(pass_on)
        self._faust.on_partitions_revoked.connect(revoked, weak=False)
        self._faust.on_rebalance_complete.connect(settled, weak=False)
        await self._faust.start()

    async def read_again(self, place: Place, offset: int) -> None:
        """Go back to an offset of an assigned partition. What was read from there on may come twice."""
        await self._faust.consumer.seek(faust.types.TP(place.topic, place.partition), offset)

    def check(self) -> None:
        """Raise what made Faust crash, if anything did."""
        if self._faust.crashed:
            raise RuntimeError("Faust has crashed") from self._faust.crash_reason

    async def commit(self, *, within_s: float) -> None:
        """Commit what is acknowledged, if that can still be done; without it, it is handled again."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._faust.consumer.commit(), within_s)

    async def stop(self) -> None:
        """Finish the turn in hand, commit, and leave the group."""
        await self._faust.stop()


def _faust(settings: ScorerSettings, kafka: KafkaSettings) -> Any:
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    wanted = security(kafka.librdkafka)
    return faust.App(
        f"{kafka.group_prefix}-{GROUP}",
        broker=";".join(f"kafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")),
        broker_credentials=_credentials(wanted),
        broker_client_id=f"tiltyard-{GROUP}",
        broker_commit_interval=settings.commit_s,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=30.0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=MAX_BYTES,
        producer_max_request_size=MAX_BYTES,
        topic_replication_factor=kafka.replication_factor,
        topic_disable_leader=True,
        stream_wait_empty=True,
        store="memory://",
        datadir=str(HomeSettings().home / "scorer"),
        processing_guarantee="at_least_once",
        autodiscover=False,
        web_enabled=False,
    )


def _credentials(wanted: Security) -> Any:
    if wanted.mechanism:
        return faust.SASLCredentials(
            username=wanted.username, password=wanted.password, mechanism=wanted.mechanism, ssl_context=wanted.context
        )
    return faust.SSLCredentials(context=wanted.context) if wanted.context else None
