"""What became of an edition's documents, and when a trial has to stop because none of them can be found."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.lab.summary import percentiles
from shared.publisher import Settled

MOST_REFUSED = 100
"""Ingest ends itself after more dead letters in a row than this (`TILTYARD_INGEST_DEAD_IN_A_ROW`)."""


class NothingFindableError(ValueError):
    """An edition of which no document can be found: there is nothing to learn and nothing to ask about."""


@dataclass
class Fates:
    """The documents of one edition as they settle; called with each. Raises NothingFindableError, as `require` does."""

    name: str
    of: int
    settled: list[Settled] = field(default_factory=list)

    def __call__(self, done: Settled) -> None:
        self.settled.append(done)
        if len(self.settled) > MOST_REFUSED and self._count("dead") == len(self.settled):
            self._stop()

    def require(self) -> None:
        """Raise NothingFindableError where all have settled and none was indexed."""
        if self.settled and not self._count("indexed"):
            self._stop()

    def sentence(self) -> str:
        """How many are findable and how fast, and what became of the others."""
        retracted = sum(settled.retracted for settled in self.settled)
        times = percentiles(settled.freshness_ms for settled in self.settled if settled.freshness_ms is not None)
        fast = f", {times.p50} ms after publication at the median (p99 {times.p99} ms)" if times.p50 else ""
        others = [f"{retracted} retracted"] if retracted else []
        others += [f"{self._count('dropped')} dropped", f"{self._count('dead')} refused{self._why('dead')}"]
        return f"{self._count('indexed') - retracted} documents findable{fast}; {', '.join(others)}."

    def _stop(self) -> None:
        counts = [(self._count("dead"), "refused", "dead"), (self._count("dropped"), "dropped", "dropped")]
        fates = ", ".join(f"{count} {word}{self._why(fate)}" for count, word, fate in counts if count)
        raise NothingFindableError(
            f"{self.name}: none of {len(self.settled)} documents can be found, of {self.of} published: {fates}. "
            "The trial ends here: there is nothing to learn and nothing to ask about."
        )

    def _why(self, fate: str) -> str:
        """The commonest reason of this fate, in brackets; "" where there is none."""
        reasons = [settled.reason for settled in self.settled if settled.fate == fate and settled.reason]
        return f" (most often: {commonest(reasons)})" if reasons else ""

    def _count(self, fate: str) -> int:
        return sum(settled.fate == fate for settled in self.settled)


def commonest(reasons: Sequence[str]) -> str:
    """The reason that occurs most often, numbers in it left aside; the first of its wordings, and how often."""
    kinds = [re.sub(r"\d+", "#", reason) for reason in reasons]
    kind, count = Counter(kinds).most_common(1)[0]
    return f"{reasons[kinds.index(kind)]}, {count} times" if count > 1 else reasons[kinds.index(kind)]
