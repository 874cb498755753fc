"""The services as separate processes of this machine, for trying out; in earnest, run the image."""

import os
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path

from pydantic import Field

from services.console.platform.principals import own_folder
from services.console.platform.supervisor import Program, Status, Supervisor
from shared import own_sources
from shared.pages_settings import PagesSettings
from shared.settings import SECRETS_DIR, Settings, under


class LocalServicesSettings(Settings):
    """How `tiltyard services` runs them."""

    model_config = under("SERVICES")
    probe_port: int = Field(default=19464, description="/metrics and /ready of the first service; the others follow")
    ready_within_s: float = Field(default=180.0, gt=0)


NAMES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer", "web")
ON_DEMAND = ("judge", "tuner")
"""Not started unless named: a judge costs six prompts a question, the tuner trains by itself."""
EVERY = (*NAMES, *ON_DEMAND)
PAGES, PAGES_PORT = "web", "TILTYARD_WEB_PORT"
"""The service that serves the pages, and the setting by which it is told its port."""


class LocalServices:
    """Starts and stops the service processes. `environment` is added to each one's own.

    `pages`: where they are served. `probe_ports`: one for each of EVERY, where the consecutive ones will not do.
    """

    def __init__(
        self,
        settings: LocalServicesSettings,
        *,
        home: Path,
        pages: PagesSettings,
        environment: Mapping[str, str] | None = None,
        probe_ports: Sequence[int] | None = None,
    ) -> None:
        self._settings = settings
        self._ports = probe_ports or range(settings.probe_port, settings.probe_port + len(EVERY))
        self._environment, self._pages = {**(environment or {}), PAGES_PORT: str(pages.port)}, pages
        self._supervisor = Supervisor(home)

    def start(self, names: tuple[str, ...] = NAMES) -> list[str]:
        """Start those that do not run and wait until all consume; returns the names of the started ones."""
        return self._supervisor.start_all([self._program(name) for name in names])

    def stop(self, names: tuple[str, ...] = EVERY) -> list[str]:
        """Stop them, last in the flow first; each drains what it has in hand. Returns those that ran."""
        return [name for name in reversed(names) if self._supervisor.stop(name)]

    def status(self) -> list[Status]:
        return [status for status in self._supervisor.status() if status.name in EVERY]

    @property
    def pages(self) -> str:
        """The address of the pages, whether or not they are served."""
        return self._pages.address

    def pages_served(self) -> str:
        """A sentence that says where; "" while the pages do not run."""
        runs = any(status.name == PAGES and status.running for status in self.status())
        return f"The pages, to ask and to vote: {self.pages}" if runs else ""

    def port(self, name: str) -> int:
        """Where a service answers /metrics and /ready."""
        return self._ports[EVERY.index(name)]

    def _program(self, name: str) -> Program:
        service, _, worker = name.partition("-")
        return Program(
            name=name,
            argv=[sys.executable, "-m", f"services.{service}"],
            env=dict(self._variables(name, worker)) | _own_secrets(service, os.environ | self._environment),
            ready=lambda: answers(self.port(name)),
            ready_within_s=self._settings.ready_within_s,
        )

    def _variables(self, name: str, worker: str) -> Iterator[tuple[str, str]]:
        yield "TILTYARD_OBSERVE_PORT", str(self.port(name))
        yield "OMP_WAIT_POLICY", "PASSIVE"
        yield "TOKENIZERS_PARALLELISM", "false"
        yield "TQDM_DISABLE", "1"
        yield "HF_HUB_OFFLINE", "1"
        if worker:
            yield "TILTYARD_GENERATOR_WORKER", worker
        yield from self._environment.items()
        yield from own_sources.variables(os.environ | self._environment).items()


def _own_secrets(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    """A service of a secured platform comes under its own name."""
    folder = own_folder(service, environment)
    return {SECRETS_DIR: str(folder)} if folder else {}


def answers(port: int) -> bool:
    """Whether a service on this machine says that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as reply:
            return int(reply.status) == 200
    except (HTTPException, OSError):  # another program may listen there
        return False
