"""One service process that can be killed, paused and started again, also under another clock or from other code."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.console.platform import ports
from services.console.platform.local_services import answers

DRAIN_S = 40.0


@dataclass
class ServiceProcess:
    """`name` is the service, with its worker behind a hyphen and its number behind a #: `generator-base#2`.

    `wanted` says whether it should run: whoever keeps services up starts one that ended although it is wanted.
    """

    name: str
    environment: Mapping[str, str]
    folder: Path
    port: int = field(default_factory=lambda: ports.find_free(1)[0])
    popen: "subprocess.Popen[bytes] | None" = None
    wanted: bool = False
    began: float = 0.0
    also: Mapping[str, str] = field(default_factory=dict)
    """Added to its environment at the next start, such as another clock."""
    checkout: Path | None = None
    """Whose code it runs from the next start on; None: this one's."""

    @property
    def home(self) -> Path:
        """What it keeps on disk."""
        return self.folder / "homes" / self.name

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended."""
        return self.popen.poll() if self.popen else None

    def start(self) -> None:
        """Begin to run; whether it is ready, `ready` says."""
        service, _, worker = self.name.split("#")[0].partition("-")
        own = {"TILTYARD_OBSERVE_PORT": str(self.port), "TILTYARD_HOME": str(self.home)}
        own |= {"TILTYARD_GENERATOR_WORKER": worker} if worker else {}
        self.home.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}"],
                env={**os.environ, **self.environment, **own, **self.also},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.checkout,
                start_new_session=True,
            )  # fmt: skip
        self.began, self.wanted = time.monotonic(), True

    def kill(self) -> None:
        """End it without a word."""
        self.wanted = False
        self.signal(signal.SIGKILL)
        if self.popen:
            self.popen.wait()

    def stop(self) -> None:
        """Let it drain; by force where it does not."""
        self.wanted = False
        self.signal(signal.SIGTERM)
        try:
            if self.popen:
                self.popen.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def signal(self, number: int) -> None:
        if self.popen and self.popen.poll() is None:
            self.popen.send_signal(number)

    def ready(self) -> bool:
        """Whether it says that it works."""
        return answers(self.port)
