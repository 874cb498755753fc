"""How long calls take, which inputs are the slowest, and what a process needs in memory."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from shared.records import Record

T = TypeVar("T")
LOOKED_AT_S = 0.5
"""Of a call from which on the slowest record of its batch is looked for."""
SHOWN = 160


@dataclass(frozen=True)
class Call:
    """One call: its seconds of this thread and by the wall, and the input that took longest in it."""

    cpu_s: float
    wall_s: float
    slowest: str = ""


@dataclass
class Clocks:
    """The longest call by its name; `most_s`: processor seconds that a call may take."""

    most_s: float
    longest: dict[str, Call] = field(default_factory=dict)
    too_long: list[str] = field(default_factory=list)

    def timed(self, name: str, call: Callable[[], T], slowest: Callable[[], str] = lambda: "") -> T:
        """Call it, and keep how long it took."""
        wall, cpu = time.perf_counter(), time.thread_time()
        made = call()
        cpu_s, wall_s = time.thread_time() - cpu, time.perf_counter() - wall
        known = self.longest.get(name)
        if known is None or cpu_s > known.cpu_s:
            self.longest[name] = Call(cpu_s, wall_s, slowest() if cpu_s > LOOKED_AT_S else "")
        if cpu_s > self.most_s:
            self.too_long.append(f"{name}: {cpu_s:.1f} s, slowest {self.longest[name].slowest}")
        return made


def slowest_of(handle: Callable[[Sequence[Record[Any]]], Any], batch: Sequence[Record[Any]]) -> str:
    """The record that takes longest alone, shown as far as there is room, with its seconds."""
    seconds: list[tuple[float, bytes]] = []
    for record in batch:
        started = time.thread_time()
        try:
            list(handle([record]))
        except Exception as error:  # it was refused, or ends a service: both were seen in the batch already
            seconds.append((time.thread_time() - started, repr(error).encode()))
        seconds.append((time.thread_time() - started, record.raw.value or b""))
    took, value = max(seconds, default=(0.0, b""))
    return f"{took:.2f} s for {len(value)} bytes: {value[:SHOWN]!r}"


def resident_mib() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def peak_mib() -> float:
    """The most that was resident since the process began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
