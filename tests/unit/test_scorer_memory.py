"""The scorer's memory over many questions: joins are forgotten after their term, and standings do not grow.

By design a finished question leaves a marker for `keep` (24 h by default), so the test keeps it for a minute of the
stream's time, in which 1,000 questions come. What fills up once is full after 20,000. Longer:
`MEMORY_QUESTIONS=100000 pytest tests/unit/test_scorer_memory.py`.
"""

import ctypes
import gc
import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from services.scorer.handler import score
from services.scorer.join import Join
from services.scorer.processor import Changes, JoinProcessor
from services.scorer.reading import Reader
from services.scorer.settle import Settle
from services.scorer.standings_aggregator import StandingsAggregator
from shared.burials import Burials
from shared.memory.broker import MemoryBroker, MemoryDeadLetters
from shared.messages import Result
from shared.records import Effect, Position, RawRecord
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.topology import ANSWERS, QUESTIONS
from tests.builders import NOON, a_question, an_answer
from tests.contests import only
from tests.standings import record_of

ARMS = ("base", "tuned")
KEEP = timedelta(minutes=1)
EVERY = timedelta(milliseconds=60)
AT_ONCE, SETTLED_IN = 64, 20_000
QUESTIONS_ASKED = int(os.environ.get("MEMORY_QUESTIONS", "45000"))
BYTES_A_QUESTION = 50
MARK = "q-number"


class Elsewhere:
    """A store that holds results where this process does not."""

    def put(self, results: Iterable[Result]) -> None:
        for _ in results:
            pass

    def get(self, question_id: str) -> Result | None:
        del question_id
        return None


class Announced:
    """Hands results on to the aggregator, as the results topic does."""

    def __init__(self, aggregator: StandingsAggregator) -> None:
        self._aggregator = aggregator
        self.count = 0

    def write(self, effect: Effect[Result]) -> None:
        result = effect.outcome
        self.count += 1
        key = result.question.question_id.encode()
        self._aggregator.take(RawRecord(Position("results", 0, self.count), key, record_of(result), result.scored_at))

    def flush(self) -> None:
        """Everything is handed on as it comes."""


class Stream:
    """Questions one after the other, answered by both arms at once, by a scorer without servers."""

    def __init__(self, folder: Path) -> None:
        metrics = catalogue.load(("correct",), EncoderSettings(variant="hashing", dimensions=16))
        self.aggregator = StandingsAggregator(folder)
        self.announced = Announced(self.aggregator)
        self.joins: dict[str, Join] = {}
        self._processor = JoinProcessor(
            self.joins,
            Reader(Burials("scorer", MemoryDeadLetters(MemoryBroker(now=lambda: NOON), "scorer"))),
            Settle(Elsewhere(), self.announced, partial(score, metrics=metrics)),
            contests=lambda: only(*ARMS),
            keep=KEEP,
        )
        asked = a_question(question_id=MARK, deadline_s=30.0)
        said = [an_answer(question_id=MARK, arm=arm, text="the old harbour, " * 5) for arm in ARMS]
        self._templates = [
            (QUESTIONS.name, asked.model_dump_json()),
            *((ANSWERS.name, answer.model_dump_json()) for answer in said),
        ]
        self.asked = 0

    def run(self, until: int) -> None:
        while self.asked < until:
            records = [record for _ in range(AT_ONCE) for record in self._question()]
            now = records[-1].appended_at
            self._keep(self._processor.take(records, now))
            self._keep(self._processor.expire(now, {0}))
        self.aggregator.changed()

    def _question(self) -> Sequence[RawRecord]:
        self.asked += 1
        name, at = f"q-{self.asked}", NOON + self.asked * EVERY
        return [
            RawRecord(Position(topic, 0, self.asked), name.encode(), text.replace(MARK, name).encode(), at)
            for topic, text in self._templates
        ]

    def _keep(self, changes: Changes) -> None:
        for name, join in changes.items():
            if join is None:
                self.joins.pop(name, None)
            else:
                self.joins[name] = join


def resident_mb() -> float:
    """What the process holds, after giving back what it can."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


@pytest.mark.long
def test_memory_is_flat_over_tens_of_thousands_of_questions(tmp_path: Path) -> None:
    stream = Stream(tmp_path)
    stream.run(SETTLED_IN)
    before = resident_mb()
    stream.run(QUESTIONS_ASKED)
    grown = resident_mb() - before
    more = QUESTIONS_ASKED - SETTLED_IN
    print(f"{more} more questions: {grown:+.1f} MB")  # noqa: T201

    assert stream.announced.count == stream.asked >= QUESTIONS_ASKED
    assert len(stream.joins) < 2_000, "markers are forgotten after their term"
    assert grown * 1e6 < more * BYTES_A_QUESTION, "what a question adds to the standings is on disk"
