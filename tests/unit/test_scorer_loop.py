"""The scorer's event loop keeps the group membership alive: nothing in it may hold it up for 100 ms.

A watchdog times every callback of the loop while records flood in whose scoring is costly, joins with hundreds of votes
are written, and tens of thousands of joins are taken over after a rebalance. Processor time of the loop's own thread is
what is asserted, since another process may take the machine away at any moment; a call that waits instead of working
shows in the clock, of which the best of three runs counts.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from services.scorer.handler import score
from services.scorer.join import Cast, Join, done
from services.scorer.offsets import Offsets, Place
from services.scorer.processor import JoinProcessor
from services.scorer.reading import Reader
from services.scorer.settle import Settle
from services.scorer.table import Entry, TableJoins
from services.scorer.turns import Turns
from shared.burials import Burials
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink
from shared.memory.results import MemoryResults
from shared.messages import Answer, Message, Question
from shared.records import Position, RawRecord
from shared.scoring.measure import Metric
from shared.topology import ANSWERS, QUESTIONS, RESULTS, VOTES
from tests.builders import NOON, a_question, a_vote, an_answer
from tests.contests import only
from tests.unit.test_scorer_service import FakeChangelog, an_open_changelog, nothing_dropped

ARMS = ("base", "base+rag")
LIMIT_S = 0.1
MARKERS, CROWDED, VOTERS, QUESTIONS_ASKED = 20_000, 64, 300, 60
SCORING_S = 0.01


@dataclass
class Watchdog:
    """The longest callback that a loop ran, by its thread's processor time and by the clock."""

    worked_s: float = 0.0
    lasted_s: float = 0.0
    callbacks: int = 0
    longest: str = ""

    def time(self, run: Callable[[asyncio.Handle], None], handle: asyncio.Handle) -> None:
        """Run a callback and time it."""
        worked, began = time.thread_time(), time.perf_counter()
        run(handle)
        worked, lasted = time.thread_time() - worked, time.perf_counter() - began
        self.callbacks += 1
        if worked > self.worked_s:
            self.worked_s, self.longest = worked, repr(handle)
        self.lasted_s = max(self.lasted_s, lasted)


@contextmanager
def watched() -> Iterator[Watchdog]:
    """Every callback of every loop is timed within."""
    dog, run = Watchdog(), vars(asyncio.events.Handle)["_run"]

    def timed(handle: asyncio.Handle) -> None:
        dog.time(run, handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.events.Handle, "_run", timed)
        yield dog


def arriving(topic: str, offset: int, message: Message, question_id: str) -> RawRecord:
    """A record as the group passes it on."""
    value = message.model_dump_json().encode()
    return RawRecord(Position(topic, 1, offset), question_id.encode(), value, NOON + timedelta(seconds=1))


def costly(question: Question, answer: Answer) -> float:
    """A metric of pure Python that keeps a processor, and the interpreter's lock, for a while."""
    until = time.thread_time() + SCORING_S
    while time.thread_time() < until:
        sum(len(word) for word in (question.text + answer.text).split())
    return 1.0


def crowded(number: int) -> Join:
    """A join whose question has not come, with many votes."""
    votes = tuple(
        Cast(vote=a_vote(question_id=f"c-{number}", voter=f"v-{at}"), stamp=(NOON, at)) for at in range(VOTERS)
    )
    return Join(partition=1, first_at=NOON, votes=votes)


def a_changelog() -> FakeChangelog:
    """Of a scorer that has run for hours: markers of two partitions, and joins with many votes."""
    changelog = an_open_changelog()
    for partition in (1, 2):
        marker = done(Join(partition=partition, first_at=NOON), NOON, counted=ARMS, announced=1)
        value = marker.model_dump_json(exclude_defaults=True).encode()
        changelog.append([Entry(partition, f"m-{partition}-{at}".encode(), value) for at in range(MARKERS // 2)])
    for at in range(CROWDED):
        value = crowded(at).model_dump_json(exclude_defaults=True).encode()
        changelog.append([Entry(1, f"c-{at}".encode(), value)])
    return changelog


def the_flood() -> list[RawRecord]:
    records: list[tuple[str, Message, str]] = []
    for at in range(QUESTIONS_ASKED):
        name = f"q-{at}"
        records.append((QUESTIONS.name, a_question(question_id=name), name))
        records += [(ANSWERS.name, an_answer(question_id=name, arm=arm, text="word " * 200), name) for arm in ARMS]
    records += [(VOTES.name, a_vote(question_id=f"c-{at}", voter="late"), f"c-{at}") for at in range(CROWDED)]
    offsets: Counter[str] = Counter()
    flood = []
    for topic, message, name in records:
        flood.append(arriving(topic, offsets[topic], message, name))
        offsets[topic] += 1
    return flood


async def scored(changelog: FakeChangelog, flood: list[RawRecord]) -> int:
    """Take the joins over, handle the flood, and look at deadlines; returns how many results were announced."""
    broker, joins = MemoryBroker(now=lambda: NOON), TableJoins(changelog)
    processor = JoinProcessor(
        joins,
        Reader(Burials("scorer", MemoryDeadLetters(broker, "scorer"))),
        Settle(
            MemoryResults(),
            MemorySink(broker, RESULTS, lambda result: [result]),
            partial(score, metrics={"correct": Metric("1", costly)}),
        ),
        contests=lambda: only(*ARMS),
        keep=timedelta(hours=24),
    )
    turns = Turns(processor, joins, Offsets(nothing_dropped, limit=64), batch=64)
    await turns.adopt({1}, lambda: {Place(topic.name, 1): 0 for topic in (QUESTIONS, ANSWERS, VOTES)})
    running = asyncio.create_task(turns.run())
    for record in flood:
        await turns.inbox.put(record)
    while not turns.idle and not running.done():
        await asyncio.sleep(0.01)
    await turns.expire(NOON + timedelta(days=2), {1})
    running.cancel()
    return len(broker.messages(RESULTS))


@pytest.mark.long
def test_no_callback_of_the_scorers_loop_takes_a_hundred_milliseconds() -> None:
    lasted = []
    for _ in range(3):
        changelog, flood = a_changelog(), the_flood()
        with watched() as dog:
            announced = asyncio.run(scored(changelog, flood))
        assert announced == QUESTIONS_ASKED
        assert dog.callbacks > len(flood) // 64
        assert dog.worked_s < LIMIT_S, f"{dog.longest} took {dog.worked_s:.3f} s of processor time"
        lasted.append(dog.lasted_s)
        if dog.lasted_s < LIMIT_S:
            break
    assert min(lasted) < LIMIT_S, f"a callback took {min(lasted):.3f} s at best"


def working(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize("block", [time.sleep, working])
def test_the_watchdog_notices_a_callback_that_works_or_waits(block: Callable[[float], None]) -> None:
    async def scene() -> None:
        block(2 * LIMIT_S)
        await asyncio.sleep(0)

    with watched() as dog:
        asyncio.run(scene())

    assert dog.lasted_s > LIMIT_S
    assert (dog.worked_s > LIMIT_S) == (block is not time.sleep)
