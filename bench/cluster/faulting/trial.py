"""One run of faults by a seed: begin one, hold it, undo it, wait until all is well, look at everything."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import stamina
from confluent_kafka import KafkaException

from bench.cluster.faulting.fault import Fault, SkippedError
from bench.cluster.faulting.installation import Installation
from bench.cluster.faulting.keeper import Keeper
from bench.cluster.faulting.watching import Watch, recovery
from bench.cluster.faulting.workload import Workload
from bench.cluster.verifying.reading import Servers as Read
from bench.cluster.verifying.reading import read
from bench.cluster.verifying.verdict import broken, verify
from bench.cluster.verifying.world import Finding

RECOVERED_WITHIN_S, SETTLED_WITHIN_S, REST_S = 600.0, 600.0, 3.0
AUDIT_WITHIN_S, LOOKED_WITHIN_S = 300.0, 120.0


@dataclass(frozen=True)
class Happened:
    """One fault, and how long it took until all was well; None: longer than anybody waited."""

    kind: str
    target: str
    at: float
    held_s: float
    recovered_s: float | None


@dataclass
class Block:
    """All faults of one kind in a run, and what was found wrong after them."""

    kind: str
    seed: int
    happened: list[Happened] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    records: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    skipped: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Trial:
    """Makes blocks of faults on an installation under a workload; each block's findings are those that are new."""

    def __init__(
        self, installation: Installation, keeper: Keeper, workload: Workload, watch: Watch, record: Path,
        *, seed: int, say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._installation, self._keeper, self._workload, self._watch = installation, keeper, workload, watch
        self._record, self._seed, self._say = record, seed, say
        self._known: set[Finding] = set()

    def warm_up(self) -> float:
        """Until the first documents and questions went all the way; TimeoutError where they do not."""
        took = recovery(self._workload, self._watch, time.monotonic(), RECOVERED_WITHIN_S)
        if took is None:
            raise TimeoutError("nothing goes through before the first fault")
        return took

    def block(self, kind: str, *, times: int = 0, minutes: float = 0.0) -> Block:
        """Faults of a kind, so many or for so long; then everything is looked at."""
        chance = Random(f"{kind} {self._seed}")  # noqa: S311 (a measurement must come out the same)
        draw = import_module(f"bench.cluster.faulting.kinds.{kind}").draw
        block, until = Block(kind, self._seed), time.monotonic() + 60 * minutes
        ended, before = len(self._keeper.ended), self._workload.record.acknowledged
        while len(block.happened) < times or time.monotonic() < until:
            try:
                block.happened.append(self._make(kind, draw(self._installation, chance)))
            except SkippedError as why:
                block.skipped = str(why)
                return block
            time.sleep(chance.uniform(1.0, REST_S))
        block.found = list(self._settled())
        block.records = self._workload.record.acknowledged - before
        block.ended = dict(Counter(f"{end.name} ({end.code})" for end in self._keeper.ended[ended:]))
        return block

    def _make(self, kind: str, fault: Fault) -> Happened:
        at, began = time.time(), time.monotonic()
        fault.begin()
        time.sleep(fault.hold_s)
        over = time.monotonic()
        fault.end()
        took = recovery(self._workload, self._watch, over, RECOVERED_WITHIN_S)
        self._say(f"{kind} of {fault.target}, {over - began:.1f} s: well again after {_s(took)}")
        return Happened(kind, fault.target, at, over - began, took)

    def _settled(self) -> Sequence[Finding]:
        """What is wrong that was not before, once nothing is, or once nothing gets better any more."""
        self._workload.hold()
        until = time.monotonic() + SETTLED_WITHIN_S
        while broken(found := self._look()) and time.monotonic() < until:
            time.sleep(3.0)
        self._workload.go()
        new = [finding for finding in found if finding not in self._known]
        self._known |= set(found)
        return new

    @stamina.retry(on=(KafkaException, TimeoutError), attempts=None, timeout=LOOKED_WITHIN_S)
    def _look(self) -> Sequence[Finding]:
        """What is wrong now; looked at anew, by new clients, where a broker has just lost or won a partition."""
        servers = self._installation.servers
        where = Read(servers.bootstrap, servers.hosts, servers.port)
        return verify(read(where, self._record, audit(self._installation.environment)))


def audit(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """What `tiltyard audit` says."""
    done = subprocess.run(
        [sys.executable, "-m", "services.console", "audit", "--json"],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=AUDIT_WITHIN_S, check=False,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def _s(seconds: float | None) -> str:
    return f"{seconds:.1f} s" if seconds is not None else f"more than {RECOVERED_WITHIN_S:g} s"
