"""Kafka and Cassandra on this machine without Docker: one folder, both servers, loopback only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field

from services.console.platform import cassandra_server, kafka_server, ports, secured
from services.console.platform.connections import Connections
from services.console.platform.errors import PlatformError
from services.console.platform.java import fetch_jars, find_java
from services.console.platform.principals import Addresses, Principals, is_secured
from services.console.platform.processes import exclusive
from services.console.platform.server import Server
from services.console.platform.supervisor import Program, Status, Supervisor
from shared.installation import InstallationSettings
from shared.settings import CassandraSettings, EmptyIsUnset, KafkaSettings, Settings, under

_HEAP = r"^[1-9][0-9]*[kmgKMG]$"
_PREFIX = "TILTYARD_PLATFORM_"
# They end up unquoted in a class path, a list of folders, or between quotes.
_REFUSED = set('"\\,:\n')


class PlatformSettings(Settings, InstallationSettings):
    """Where the two servers live on this machine, which ports they take, and how much memory."""

    model_config = under("PLATFORM") | {"populate_by_name": True}
    home: Path = Field(
        default=Path(".tiltyard"),
        validation_alias=AliasChoices(f"{_PREFIX}HOME", "TILTYARD_HOME"),
        description="folder of jars, configuration, data and logs; else TILTYARD_HOME",
    )
    jars: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="folder of jars, shared by several homes; empty: <home>/jars"
    )
    kafka_port: int = 19092
    kafka_controller_port: int = 19093
    kafka_mtls_port: int = Field(default=19094, description="of a secured Kafka, for those who come with a certificate")
    kafka_heap: str = Field(default="512m", pattern=_HEAP)
    cassandra_port: int = 19042
    cassandra_storage_port: int = 17000
    cassandra_jmx_port: int = 17199
    cassandra_heap: str = Field(default="1g", pattern=_HEAP)
    secure: bool = Field(default=False, description="TLS, passwords and grants on both servers; once so, always so")
    start_within_s: float = Field(default=120.0, gt=0, description="for each server to answer")


def free_ports() -> dict[str, int]:
    """A free port for every port among the settings, by its name: a platform with them runs beside any other."""
    names = [name for name in PlatformSettings.model_fields if name.endswith("_port")]
    return dict(zip(names, ports.find_free(len(names)), strict=True))


def isolated(home: Path, usual: PlatformSettings, *, secure: bool = False) -> PlatformSettings:
    """Settings for a platform of its own in `home`, for trials and tests; it shares the usual platform's jars."""
    own = {"home": home, "jars": _jars(usual).absolute(), "secure": secure}
    return usual.model_copy(update=own | free_ports())


class LocalPlatform:
    """The two servers under one folder. They run on when this process ends, and any later one finds them."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._home = _usable(settings.home.absolute())
        self._supervisor = Supervisor(self._home)
        logs = self._home / "logs"
        places = Addresses(settings.kafka_port, settings.kafka_mtls_port, settings.cassandra_port)
        self._who = (
            Principals(self._home, places, settings.installation) if settings.secure or is_secured(self._home) else None
        )
        self.connections = Connections(places, self._who)
        doors = None if self._who is None else secured.doors(self._who, settings.kafka_mtls_port)
        self._servers = (
            kafka_server.build(
                self._home / "kafka",
                logs=logs,
                port=settings.kafka_port,
                controller_port=settings.kafka_controller_port,
                heap=settings.kafka_heap,
                secured=doors,
            ),
            cassandra_server.build(
                self._home / "cassandra",
                logs=logs,
                port=settings.cassandra_port,
                storage_port=settings.cassandra_storage_port,
                jmx_port=settings.cassandra_jmx_port,
                heap=settings.cassandra_heap,
                secured=doors,
            ),
        )

    def start(self, report: Callable[[str], None]) -> list[str]:
        """Run both servers until both answer; PlatformError: what was started here is stopped again.

        Tells `report` each step in a line. Returns the names of the servers that did not run already.
        """
        with exclusive(self._home / "run" / "platform.lock"):
            programs = self._prepared(report)
            return self._supervisor.start_all(programs, on_ready=lambda program: report(f"{program.name} is ready"))

    def let_in(self, kafka: KafkaSettings, cassandra: CassandraSettings) -> None:
        """Make the users, roles and grants that are not there, where the platform is secured; given: usual settings."""
        if self._who is not None:
            secured.let_in(self._who, kafka, cassandra)

    def renew(self, name: str, kafka: KafkaSettings, cassandra: CassandraSettings) -> None:
        """Another password and certificate for a principal; PlatformError where the platform has no doors."""
        if self._who is None:
            raise PlatformError("this platform has no passwords: `tiltyard up --secure` makes one that has")
        secured.renew(self._who, name, kafka, cassandra)

    def stop(self) -> list[str]:
        """Stop both servers; nothing that was acknowledged is lost. Returns the names of those that ran."""
        with exclusive(self._home / "run" / "platform.lock"), ThreadPoolExecutor() as pool:
            names = [server.name for server in self._servers]
            return [name for name, ran in zip(names, pool.map(self._supervisor.stop, names), strict=True) if ran]

    def status(self) -> list[Status]:
        """The servers that were started and not stopped since, those that died by themselves included."""
        names = {server.name for server in self._servers}
        return [status for status in self._supervisor.status() if status.name in names]

    @property
    def bootstrap_servers(self) -> str:
        return f"{ports.HOST}:{self._settings.kafka_port}"

    @property
    def contact_points(self) -> str:
        return ports.HOST

    @property
    def cassandra_port(self) -> int:
        return self._settings.cassandra_port

    @property
    def environment(self) -> dict[str, str]:
        """What a service needs in its environment to work with these servers."""
        return self.connections.environment

    def _prepared(self, report: Callable[[str], None]) -> list[Program]:
        if self._who is not None:
            self._who.make()
        absent = [server for server in self._servers if not self._supervisor.running(server.name)]
        for server in self._servers:
            if server in absent:
                server.check_ports(_PREFIX)
            else:
                server.check_unchanged()
                report(f"{server.name} already runs")
        java = find_java() if absent else None
        return [self._program(server, java if server in absent else None, report) for server in self._servers]

    def _program(self, server: Server, java: Path | None, report: Callable[[str], None]) -> Program:
        """What starts a server or, without a Java to start it with, waits for it."""
        within_s = self._settings.start_within_s
        if java is None:
            return server.awaited(within_s)
        jars = fetch_jars(server.pom, _jars(self._settings).absolute(), report)
        server.prepare(java, jars)
        report(f"starting {server.name}")
        return server.program(java, jars, within_s)


def _jars(settings: PlatformSettings) -> Path:
    return settings.jars or settings.home / "jars"


def _usable(home: Path) -> Path:
    if refused := _REFUSED & set(str(home)):
        raise PlatformError(
            f"the folder {home} holds {' '.join(sorted(refused))!r}, which Java does not take: choose another"
        )
    return home
