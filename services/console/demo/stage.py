"""What a trial runs on: two servers and the services of its own, in a folder of its own, on free ports.

A trial starts from nothing, so that numbers do not depend on earlier ones; it shares the jars and the
converted model with everything else on the machine.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from services.console import output
from services.console.platform import ports, principals, secured
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from services.console.platform.locks import locked
from services.console.platform.nodes import Count, folders
from services.console.platform.supervisor import Supervisor
from shared import encoding
from shared.cassandra import schema
from shared.grants import SETUP
from shared.kafka import creation
from shared.pages_settings import PagesSettings
from shared.settings import SECRETS_DIR, CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings

KEPT = (
    SECRETS_DIR, "TILTYARD_KAFKA_BOOTSTRAP_SERVERS", "TILTYARD_CASSANDRA_CONTACT_POINTS", "TILTYARD_CASSANDRA_PORT",
)  # fmt: skip


@dataclass(frozen=True)
class Usual:
    """What holds on this machine for whatever a trial does not have of its own."""

    platform: PlatformSettings
    services: LocalServicesSettings
    kafka: KafkaSettings
    cassandra: CassandraSettings
    encoder: EncoderSettings
    pages: PagesSettings


class Stage:
    """The servers and services of one trial. `kafka` and `cassandra` are settings of these servers."""

    def __init__(self, home: Path, usual: Usual, *, secure: bool = False, nodes: Count | None = None) -> None:
        self._lock = locked(home, "a trial")
        _clear(home)
        self.home, self._encoder = home, usual.encoder
        self.platform = LocalPlatform(isolated(home, usual.platform, secure=secure, nodes=nodes))
        self.environment: Mapping[str, str] = self.platform.environment
        self._usual = usual
        pages, *probes = ports.find_free(len(EVERY) + 1)
        self.services = LocalServices(
            usual.services,
            home=home,
            pages=usual.pages.model_copy(update={"port": pages}),
            environment=self.environment,
            probe_ports=probes,
        )

    def start(self) -> None:
        """Servers, topics and schema; what the console itself does from now on goes to them."""
        usual, connections, encoder = self._usual, self.platform.connections, self._encoder
        self.platform.start(output.say)
        self.platform.let_in(usual.kafka, usual.cassandra)
        os.environ.update(self.environment)
        self.kafka, self.cassandra = connections.kafka(usual.kafka), connections.cassandra(usual.cassandra)
        creation.create(connections.kafka(usual.kafka, SETUP))
        by_setup = connections.cassandra(usual.cassandra, SETUP)
        schema.apply(by_setup, encoder=encoding.name_of(encoder), dimensions=encoder.dimensions)
        secured.grant_tables(by_setup)

    def stop(self) -> None:
        """Stop everything of this trial."""
        self.services.stop()
        self.platform.stop()
        self._lock.close()

    def keep(self) -> None:
        """Leave it running and say how to go on."""
        variables = "".join(
            f"export {name}={quote(value)}\n" for name, value in self.environment.items() if name in KEPT
        )
        (self.home / "env").write_text(variables)
        command = os.path.relpath(sys.argv[0])
        output.say(
            f"Everything still runs. To ask more:\n  . {quote(str(self.home / 'env'))}\n  {command} ask 'your question'"
        )
        output.say(self.services.pages_served())
        output.say(f"The next trial stops it, or: {command} demo --stop")


def build(name: str = "demo", *, secure: bool = False, nodes: Count | None = None) -> Stage:
    """A stage by the environment, in a folder of this name under TILTYARD_HOME, which is cleared.

    `nodes`: of each server; None for as many as the settings say.
    """
    usual = Usual(
        PlatformSettings(), LocalServicesSettings(), KafkaSettings(), CassandraSettings(), EncoderSettings(),
        PagesSettings(),
    )  # fmt: skip
    return Stage(HomeSettings().home.absolute() / name, usual, secure=secure, nodes=nodes)


@contextmanager
def stage(*, keep: bool, secure: bool = False, nodes: Count | None = None) -> Iterator[Stage]:
    """A stage that is taken down whatever happens, SIGTERM included, but for `keep` after success."""
    running = build(secure=secure, nodes=nodes)
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield running
    except BaseException:
        running.stop()
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    if keep:
        running.keep()
    else:
        running.stop()
        output.say("Everything that was started is stopped.")


def _end(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _clear(home: Path) -> None:
    """Stop what an earlier trial left running, and start from empty data; the logs of the last run go too."""
    stop_left_over(home)
    for part in (*folders(), "retriever", "logs", principals.FOLDER):
        shutil.rmtree(home / part, ignore_errors=True)


def stop_left_over(home: Path) -> list[str]:
    """Stop whatever runs under a trial's folder; returns the names."""
    supervisor = Supervisor(home)
    return [status.name for status in supervisor.status() if supervisor.stop(status.name)]
