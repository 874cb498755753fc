"""Kinds of metrics, each with all that is known of it: its unit, its labels and how many values they have, its meaning.

A label's values are bounded, whatever strangers send: those that are not listed, or come when there is no more room,
count as `other`.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import prometheus_client

S = TypeVar("S", prometheus_client.Counter, prometheus_client.Gauge, prometheus_client.Histogram)
OTHER = "other"
LONGEST = 100
"""Characters of a label's value."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
Unit = Literal["", "seconds", "records", "documents", "chunks", "tokens", "bytes", "ratio", "per_hour"]


@dataclass(frozen=True)
class Label:
    """A label: the only values that it can have or, where they are not known before a process runs, how many at most.

    `of`: where such values come from. It stands in the docs.
    """

    name: str
    values: tuple[str, ...] = ()
    most: int = 0
    of: str = ""

    @property
    def bound(self) -> int:
        """How many values there can be, `other` included."""
        return len(self.values) + 1 if self.values else self.most + 1


@dataclass(frozen=True)
class Metric(ABC, Generic[S]):
    """What all kinds share. `watch`: what an operator looks for, in a few words.

    A process shows a metric once it has used it: one that has nothing to say of it does not claim 0.
    """

    name: str
    help: str
    labels: tuple[Label, ...] = ()
    unit: Unit = ""
    watch: str = ""
    _known: dict[str, set[str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _made: list[S] = field(init=False, repr=False, compare=False, default_factory=list)
    _lock: threading.Lock = field(init=False, repr=False, compare=False, default_factory=threading.Lock)

    @abstractmethod
    def _make(self) -> S:
        """The library's metric, which `/metrics` shows from then on."""

    @property
    @abstractmethod
    def exposed(self) -> tuple[str, ...]:
        """The names of its series on `/metrics`."""

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()

    @property
    def label_names(self) -> Sequence[str]:
        return [label.name for label in self.labels]

    def of(self, *values: str) -> S:
        """The series of these label values, in the order of the labels."""
        with self._lock:
            series = self._series()
            return series.labels(*self._bounded(values)) if self.labels else series

    def _series(self) -> S:
        if not self._made:
            self._made.append(self._make())
        return self._made[0]

    def _bounded(self, values: Sequence[str]) -> list[str]:
        return [self._bounded_one(label, value[:LONGEST]) for label, value in zip(self.labels, values, strict=True)]

    def _bounded_one(self, label: Label, value: str) -> str:
        known = self._known.setdefault(label.name, set(label.values))
        if value not in known and (label.values or len(known) >= label.most):
            return OTHER
        known.add(value)
        return value


@dataclass(frozen=True)
class Counter(Metric[prometheus_client.Counter]):
    """Counts what happened since the process began."""

    def _make(self) -> prometheus_client.Counter:
        return prometheus_client.Counter(self.name, self.help, self.label_names)

    @property
    def exposed(self) -> tuple[str, ...]:
        return (f"{self.name}_total", f"{self.name}_created")


@dataclass(frozen=True)
class Gauge(Metric[prometheus_client.Gauge]):
    """Says how something stands now."""

    def _make(self) -> prometheus_client.Gauge:
        return prometheus_client.Gauge(self.name, self.help, self.label_names)

    @property
    def exposed(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Histogram(Metric[prometheus_client.Histogram]):
    """Tells how long things take: how many took at most so long, for each of the `buckets`."""

    buckets: tuple[float, ...] = SECONDS

    def _make(self) -> prometheus_client.Histogram:
        return prometheus_client.Histogram(self.name, self.help, self.label_names, buckets=self.buckets)

    @property
    def exposed(self) -> tuple[str, ...]:
        return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum", "created"))


@dataclass(frozen=True)
class Info(Gauge):
    """Names what is in force, with the value 1: for all labels but the last, one value of the last at a time."""

    _now: dict[tuple[str, ...], str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def now(self, *values: str) -> None:
        """From now on the last value is in force; an empty one: nothing is."""
        with self._lock:
            *of, new = self._bounded(values)
            before = self._now.pop(tuple(of), "")
            if before and before != new:
                self._series().remove(*of, before)
            if new:
                self._now[tuple(of)] = new
                self._series().labels(*of, new).set(1)

    def _bounded(self, values: Sequence[str]) -> list[str]:
        """The last label has one value at a time, so that none has to be `other`."""
        *before, (_, new) = zip(self.labels, values, strict=True)
        return [*(self._bounded_one(label, value[:LONGEST]) for label, value in before), new[:LONGEST]]
