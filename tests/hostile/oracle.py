"""An attack on one topic: hostile records in batches, each with a good record in it, and what must hold after each."""

import gc
import pickle
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, gettempdir

from shared.records import Position
from shared.topology import AnyTopic
from tests.hostile.clocks import Call, Clocks
from tests.hostile.figures import Measured, Say, unheard
from tests.hostile.goods import GOODS
from tests.hostile.production import Production, readers
from tests.hostile.records import HostileRecord, Stranger
from tests.hostile.valid import messages
from tests.hostile.watched import Fates
from tests.hostile.watching import Watcher

BATCH = 63
MOST_S = 2.0
"""Processor seconds that one call may take for a batch of 64."""


@dataclass
class Figures(Measured):
    """What an attack came to."""

    topic: str
    records: int = 0
    fates: dict[str, Counter[str]] = field(default_factory=dict)
    good: int = 0
    longest: dict[str, Call] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)


@dataclass
class Attack:
    """On one topic, `batches` of them before everything is assembled anew. `saved` holds batches that end a service."""

    topic: AnyTopic
    seed: int
    batches: int = 80
    most_s: float = MOST_S
    saved: Path = Path(gettempdir())

    def __post_init__(self) -> None:
        self._stranger = Stranger(self.topic, messages(self.topic), Random(self.seed))  # noqa: S311 (no secret)
        self._fates, self._clocks = Fates(), Clocks(self.most_s)
        self.figures = Figures(self.topic.name)

    def __call__(self, records: int, say: Say = unheard) -> Figures:
        """So many records, and what became of them."""
        while self.figures.records < records:
            with TemporaryDirectory() as home:
                self._round(records, Path(home))
            gc.collect()
            self.figures.look(self.topic.name, self.figures.records, records, say)
        self.figures.wrong = self._fates.wrong + Counter(f"too long: {call}" for call in self._clocks.too_long)
        self.figures.longest, self.figures.largest = self._clocks.longest, dict(self._fates.largest)
        self.figures.end()
        return self.figures

    def _round(self, records: int, home: Path) -> None:
        watcher = Watcher(self._fates, self._clocks)
        production = Production(watcher=watcher, home=home)
        try:
            for _ in range(self.batches):
                if self.figures.records >= records or not self._batch(production, watcher):
                    break
            else:
                self._settle(production)
        finally:
            production.close()

    def _batch(self, production: Production, watcher: Watcher) -> bool:
        """One batch; False where it has ended a service."""
        name = f"good-{self.figures.good}"
        thrown = [self._stranger.record() for _ in range(BATCH)]
        try:
            positions = list(self._throw(production, name, thrown))
            production.run()
            self._count(production, watcher, positions)
            self._look_at_good(production, name)
        except Exception as error:  # what ends a service here would end it in production
            self._ended(error, thrown)
            return False
        finally:
            watcher.forget()
            production.broker.forget()
            self.figures.records += BATCH
            self.figures.good += 1
        return True

    def _throw(self, production: Production, name: str, thrown: list[HostileRecord]) -> Iterator[Position]:
        """The good record stands in the middle of the others."""
        good = GOODS[self.topic]
        good.before(production, name)
        for number, record in enumerate(thrown):
            if number == BATCH // 2 and (message := good.among(production, name)) is not None:
                production.broker.publish(self.topic, message)
            yield production.broker.throw(self.topic.name, record)

    def _count(self, production: Production, watcher: Watcher, positions: list[Position]) -> None:
        for service in readers(self.topic, production.runners):
            counts = self.figures.fates.setdefault(service, Counter())
            counts.update(watcher.fate(service, position) for position in positions)

    def _look_at_good(self, production: Production, name: str) -> None:
        if not GOODS[self.topic].is_right(production, name):
            self._fates.blame("a good record among hostile ones was not handled rightly")

    def _settle(self, production: Production) -> None:
        try:
            production.settle()
        except Exception as error:  # as above
            self._ended(error, [])

    def _ended(self, error: Exception, thrown: list[HostileRecord]) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = (
            f"a service ended: {type(error).__name__}: {str(error)[:200]} ({Path(place.filename).name}:{place.lineno})"
        )
        self._fates.blame(what)
        if self._fates.wrong[what] == 1:
            file = self.saved / f"hostile-{self.topic.name}-{len(self._fates.wrong)}.pickle"
            file.write_bytes(pickle.dumps((what, traceback.format_exc(), thrown)))
