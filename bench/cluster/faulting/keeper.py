"""Starts again what ended by itself, as an orchestrator would, and remembers what that was."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bench.cluster.faulting.processes import ServiceProcess
from bench.cluster.faulting.servers import Servers

LOOK_S, BACKOFF_S = 0.5, 2.0


@dataclass(frozen=True)
class Ended:
    """A process that ended although nobody told it to."""

    name: str
    code: int | None
    at: float


class Keeper:
    """Looks after services and servers while it is entered. `services` are asked anew each time."""

    def __init__(self, services: Callable[[], Sequence[ServiceProcess]], servers: Servers) -> None:
        self._services, self._servers = services, servers
        self.ended: list[Ended] = []
        self._last: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for service in self._services():
                if service.wanted and not service.running and self._may(service.name):
                    self.ended.append(Ended(service.name, service.code, time.time()))
                    service.start()
            for name in self._servers.fallen():
                if self._may(name):
                    self.ended.append(Ended(name, None, time.time()))
                    threading.Thread(target=self._servers.lift, args=(name,), daemon=True).start()

    def _may(self, name: str) -> bool:
        """Not again and again without a pause."""
        now = time.monotonic()
        if now - self._last.get(name, -BACKOFF_S) < BACKOFF_S:
            return False
        self._last[name] = now
        return True
