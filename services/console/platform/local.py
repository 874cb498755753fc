"""Kafka and Cassandra on this machine without Docker: one folder, one or three of each, loopback only."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from services.console.platform import nodes, secured, servers
from services.console.platform.addresses import Addresses
from services.console.platform.connections import Connections
from services.console.platform.errors import PlatformError
from services.console.platform.java import fetch_jars, find_java
from services.console.platform.principals import Principals, is_secured
from services.console.platform.processes import exclusive
from services.console.platform.server import Server
from services.console.platform.settings import PREFIX, PlatformSettings, free_ports, isolated
from services.console.platform.supervisor import Program, Status, Supervisor
from shared.settings import CassandraSettings, KafkaSettings

__all__ = ["LocalPlatform", "PlatformSettings", "free_ports", "isolated"]
# They end up unquoted in a class path, a list of folders, or between quotes.
_REFUSED = set('"\\,:\n')


class LocalPlatform:
    """The servers under one folder. They run on when this process ends, and any later one finds them.

    Each is a program of its own: `kafka` and `cassandra`, or `kafka-1` to `kafka-3` and `cassandra-1` to
    `cassandra-3`. PlatformError where the folder was made with another number of nodes.
    """

    def __init__(self, settings: PlatformSettings) -> None:
        self._settings = settings
        self._home = _usable(settings.home.absolute())
        self._supervisor = Supervisor(self._home)
        self._count = nodes.agreed(self._home, settings.nodes)
        places = Addresses(settings.kafka_port, settings.kafka_mtls_port, settings.cassandra_port, self._count)
        self._who = (
            Principals(self._home, places, settings.installation) if settings.secure or is_secured(self._home) else None
        )
        self.connections = Connections(places, self._who)
        doors = None if self._who is None else secured.doors(self._who, settings.kafka_mtls_port)
        self._servers = servers.build(self._home, settings, self._count, doors)

    def start(self, report: Callable[[str], None]) -> list[str]:
        """Run all servers until all answer; PlatformError: what was started here is stopped again.

        Tells `report` each step in a line. Returns the names of the servers that did not run already.
        """
        return self._start(self._servers, report)

    def start_server(self, name: str, report: Callable[[str], None] = lambda _: None) -> bool:
        """Run one server until it answers. False: it runs already. A broker needs a majority of them to answer."""
        return bool(self._start([self._server(name)], report))

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
        """Stop all servers; nothing that was acknowledged is lost. Returns the names of those that ran."""
        with self._alone(), ThreadPoolExecutor() as pool:
            ran = pool.map(self._supervisor.stop, self.names)
            return [name for name, did in zip(self.names, ran, strict=True) if did]

    def stop_server(self, name: str) -> bool:
        """Stop one server, by force where it does not end by itself. False: it did not run."""
        with self._alone():
            return self._supervisor.stop(self._server(name).name)

    def status(self) -> list[Status]:
        """The servers that were started and not stopped since, those that died by themselves included."""
        return [status for status in self._supervisor.status() if status.name in self.names]

    def pid(self, name: str) -> int:
        """The process of a server that runs, to be sent a signal; PlatformError where it does not run."""
        wanted = self._server(name).name
        for status in self.status():
            if status.name == wanted and status.running:
                return status.pid
        raise PlatformError(f"{name} does not run")

    @property
    def names(self) -> list[str]:
        """What the servers are called, all of Kafka first."""
        return [server.name for server in self._servers]

    @property
    def away(self) -> list[str]:
        """The servers that do not run while others do."""
        running = {status.name for status in self.status() if status.running}
        return [name for name in self.names if running and name not in running]

    @property
    def nodes(self) -> int:
        """How many there are of each server."""
        return self._count

    @property
    def bootstrap_servers(self) -> str:
        return self.connections.addresses.bootstrap_servers

    @property
    def contact_points(self) -> str:
        return self.connections.addresses.contact_points

    @property
    def cassandra_port(self) -> int:
        return self._settings.cassandra_port

    @property
    def environment(self) -> dict[str, str]:
        """What a service needs in its environment to work with these servers."""
        return self.connections.environment

    def _alone(self) -> AbstractContextManager[None]:
        return exclusive(self._home / "run" / "platform.lock")

    def _server(self, name: str) -> Server:
        for server in self._servers:
            if server.name == name:
                return server
        raise PlatformError(f"no server {name}: choose one of {', '.join(self.names)}")

    def _start(self, wanted: Sequence[Server], report: Callable[[str], None]) -> list[str]:
        with self._alone():
            programs = self._prepared(wanted, report)
            return self._supervisor.start_all(programs, on_ready=lambda program: report(f"{program.name} is ready"))

    def _prepared(self, wanted: Sequence[Server], report: Callable[[str], None]) -> list[Program]:
        if self._who is not None:
            self._who.make()
        absent = [server for server in wanted if not self._supervisor.running(server.name)]
        for server in wanted:
            if server in absent:
                server.check_ports(PREFIX)
            else:
                server.check_unchanged()
                report(f"{server.name} already runs")
        java = find_java() if absent else None
        return [self._program(server, java if server in absent else None, report) for server in wanted]

    def _program(self, server: Server, java: Path | None, report: Callable[[str], None]) -> Program:
        """What starts a server or, without a Java to start it with, waits for it."""
        within_s = self._settings.start_within_s * self._count
        if java is None:
            return server.awaited(within_s)
        jars = fetch_jars(server.pom, self._settings.own_jars.absolute(), report)
        server.prepare(java, jars)
        report(f"starting {server.name}")
        return server.program(java, jars, within_s)


def _usable(home: Path) -> Path:
    if refused := _REFUSED & set(str(home)):
        raise PlatformError(
            f"the folder {home} holds {' '.join(sorted(refused))!r}, which Java does not take: choose another"
        )
    return home
