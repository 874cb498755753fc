"""The one file that imports Faust: the group whose members share out the partitions, and the stream of their records.

Faust drops records that it fetched while partitions moved, and commits past them; `offsets.py` reads what it dropped,
and what is committed comes from there alone. What else Faust is kept from: `concurrency` above 1 loses messages, its
exactly-once mode does not work, its joins are not implemented, and its tables are read back by what drops records too.
So one agent passes records on, and nothing else.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faust
from aiokafka.partitioner import DefaultPartitioner
from faust.transport.drivers import aiokafka as driver

from services.scorer.batches import pass_over_unreadable
from services.scorer.group import GROUP
from services.scorer.offsets import Place
from services.scorer.reading import JOINED
from services.scorer.settings import ScorerSettings
from services.scorer.turns import Turns
from shared.installation import Installation
from shared.kafka.client import MAX_BYTES
from shared.kafka.passwords import followed
from shared.kafka_options import Security, security
from shared.records import InvalidMessageError, Position, RawRecord
from shared.renewing import kafka_password
from shared.settings import KafkaSettings
from shared.topology import ANSWERS

Committed = Callable[[Collection[int]], Mapping[Place, int]]
"""From where each of these partitions is to be handled; called in another thread."""


class Consumer(driver.Consumer):
    """Commits what it is told to. Faust's own commit takes a range that begins after a gap for one without."""

    async def commit(self, *_: Any, **__: Any) -> bool:
        """Commit nothing: called by Faust, from time to time and at the end."""
        return False

    async def commit_offsets(self, offsets: Mapping[Place, int]) -> bool:
        """Whether the broker has them; not, where partitions are moving."""
        return bool(await self._thread.commit({faust.types.TP(*place): offset for place, offset in offsets.items()}))

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """For connections from now on; not before there is a client, which is made with what Faust has then."""
        if (consumer := self._thread._consumer) is not None:  # noqa: SLF001  (neither Faust nor aiokafka has a way)
            client = consumer._client  # noqa: SLF001
            client._sasl_plain_username, client._sasl_plain_password = username, password  # noqa: SLF001


class Transport(driver.Transport):
    """Faust's own, with our consumer."""

    Consumer = Consumer


class App:
    """A member of the group, over `partitions` partitions. `ours` are assigned and adopted, once `settled`."""

    def __init__(self, settings: ScorerSettings, kafka: KafkaSettings, *, folder: Path, partitions: int) -> None:
        self.ours: frozenset[int] = frozenset()
        self.settled = False
        self._revoked = 0
        self._committed: dict[Place, int] = {}
        self._every = list(range(partitions))
        self._names = kafka.installation
        self._faust = _faust(settings, kafka, folder)
        self._faust.transport = Transport(self._faust.conf.broker_consumer, self._faust)
        followed(self, kafka, kafka_password(kafka))

    def place(self, question_id: str, _: RawRecord) -> int:
        """The partition of a question's join, wherever its records stand; InvalidMessageError where it is not ours."""
        number = int(DefaultPartitioner()(question_id.encode(), self._every, self._every))
        if number not in self.ours:
            raise InvalidMessageError(
                "another scorer has its partition: publish it with the question's id as key "
                "and with partitioner=murmur2_random"
            )
        return number

    async def start(self, turns: Turns, committed: Committed, on_settled: Callable[[], None]) -> None:
        """Join the group. `on_settled` is called after each rebalance, when the joins of our partitions are adopted."""
        topic = self._faust.topic(
            *(self._names.named(joined.name) for joined in JOINED), key_type=bytes, value_type=bytes,
            key_serializer="raw", value_serializer="raw", allow_empty=True,
        )  # fmt: skip

        async def pass_on(stream: Any) -> None:
            async for event in stream.noack().events():
                await turns.inbox.put(raw_record(event.message, self._names))

        async def revoked(*_: Any, **__: Any) -> None:
            await self._release(turns)

        async def settled(*_: Any, **__: Any) -> None:
            if await self._adopt(turns, committed):
                on_settled()

        self._faust.agent(topic, name="pass_on", concurrency=1)(pass_on)
        self._faust.on_partitions_revoked.connect(revoked, weak=False)
        self._faust.on_rebalance_complete.connect(settled, weak=False)
        await self._faust.start()

    async def _release(self, turns: Turns) -> None:
        """Let the turn in hand end and commit it, before the partitions can be another's."""
        self.settled = False
        async with turns.between:
            self._revoked += 1
            await self.commit(turns.offsets.reached)
            turns.release()
            self.ours, self._committed = frozenset(), {}

    async def _adopt(self, turns: Turns, committed: Committed) -> bool:
        """Take over what is assigned; not where partitions moved meanwhile, since then this is called again."""
        before, joined = self._revoked, self._names.named(ANSWERS.name)
        assigned = frozenset(place.partition for place in self._faust.consumer.assignment() if place.topic == joined)
        async with turns.between:
            if self._revoked != before:
                return False
            await turns.adopt(assigned, lambda: committed(assigned))
            self.ours, self.settled = assigned, True
        return True

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """Connect with these from now on: what Faust reads when it starts, and what its client then goes by."""
        credentials = self._faust.conf.broker_credentials
        credentials.username, credentials.password = username, password
        if self._faust.started:  # there is no consumer before
            self._faust.consumer.set_sasl_credentials(username, password)

    def check(self) -> None:
        """Raise what made Faust crash, if anything did."""
        if self._faust.crashed:
            raise RuntimeError("Faust has crashed") from self._faust.crash_reason

    async def commit(self, reached: Mapping[Place, int]) -> None:
        """Commit these offsets where they have moved; what cannot be committed now is handled again or later."""
        moved = {place: offset for place, offset in reached.items() if self._committed.get(place) != offset}
        there = {Place(self._names.named(topic), partition): at for (topic, partition), at in moved.items()}
        if moved and await self._faust.consumer.commit_offsets(there):
            self._committed |= moved

    async def stop(self, turns: Turns) -> None:
        """Finish the turn in hand, commit, and leave the group."""
        async with turns.between:
            await self.commit(turns.offsets.reached)
            turns.release()
        await self._faust.stop()


def raw_record(message: Any, names: Installation) -> RawRecord:
    """A Faust message as a value; its timestamp, in seconds, is the broker's append time."""
    return RawRecord(
        position=Position(names.plain(message.topic) or message.topic, message.partition, message.offset),
        key=message.key,
        value=message.value,
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
        headers={name: value or b"" for name, value in dict(message.headers or ()).items()},
    )


def _faust(settings: ScorerSettings, kafka: KafkaSettings, folder: Path) -> Any:
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    pass_over_unreadable()
    wanted = security(kafka.client_options)
    return faust.App(
        kafka.installation.named(f"{kafka.group_prefix}-{GROUP}"),
        broker=";".join(f"kafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")),
        broker_credentials=_credentials(wanted, kafka_password(kafka)),
        broker_client_id=kafka.installation.named(f"tiltyard-{GROUP}"),
        broker_commit_interval=settings.commit_s,
        broker_session_timeout=settings.session_s,
        broker_heartbeat_interval=settings.session_s / 5,
        broker_request_timeout=30.0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=MAX_BYTES,
        topic_disable_leader=True,
        stream_wait_empty=False,
        store="memory://",
        datadir=str(folder),
        processing_guarantee="at_least_once",
        autodiscover=False,
        web_enabled=False,
    )


def _credentials(wanted: Security, password: str) -> Any:
    if wanted.mechanism:
        return faust.SASLCredentials(
            username=wanted.username, password=password, mechanism=wanted.mechanism, ssl_context=wanted.context
        )
    return faust.SSLCredentials(context=wanted.context) if wanted.context else None
