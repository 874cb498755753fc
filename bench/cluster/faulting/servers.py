"""Kafka and Cassandra of this run alone, each server of which can be killed, paused and started again by its name."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from confluent_kafka import KafkaException

from services.console.platform.errors import PlatformError
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from shared.cassandra import schema
from shared.kafka import creation
from shared.settings import CassandraSettings, KafkaSettings

PARTITIONS, STARTED_WITHIN_S = 4, 600.0
ENCODER, DIMENSIONS = "hashing-256", 256


class Servers:
    """The local platform under a folder of its own."""

    def __init__(self, folder: Path, nodes: Literal[1, 3]) -> None:
        self.folder, self.nodes = folder, nodes
        self.settings = isolated(folder, PlatformSettings(start_within_s=STARTED_WITHIN_S), nodes=nodes)
        self.platform = LocalPlatform(self.settings)
        self._down: set[str] = set()

    def open(self) -> None:
        """Servers, topics and tables."""
        self.platform.start(lambda _: None)
        connections = self.platform.connections
        _patiently(lambda: creation.create(connections.kafka(KafkaSettings(partitions=PARTITIONS))))
        schema.apply(connections.cassandra(CassandraSettings()), encoder=ENCODER, dimensions=DIMENSIONS)

    def close(self) -> None:
        self.platform.stop()

    @property
    def names(self) -> Sequence[str]:
        return self.platform.names

    @property
    def one_of_each(self) -> Sequence[str]:
        """A broker and a node: where there are several, the last ones."""
        return [[name for name in self.names if name.startswith(kind)][-1] for kind in ("kafka", "cassandra")]

    @property
    def bootstrap(self) -> str:
        return self.platform.bootstrap_servers

    @property
    def hosts(self) -> Sequence[str]:
        """Of the nodes, the first one first."""
        return self.platform.contact_points.split(",")

    @property
    def port(self) -> int:
        """Of Cassandra, for clients."""
        return self.platform.cassandra_port

    @property
    def peer_ports(self) -> Sequence[int]:
        """At which nodes reach each other."""
        return self.settings.kafka_port, self.settings.kafka_controller_port, self.settings.cassandra_storage_port

    @property
    def environment(self) -> Mapping[str, str]:
        return self.platform.environment

    def data(self, name: str) -> Path:
        """Where a server keeps its data."""
        return self.folder / name / "data"

    def pid(self, name: str) -> int:
        return self.platform.pid(name)

    def kill(self, name: str) -> None:
        """End a server without a word, and wait until the system has buried it; it stays down until it is started."""
        self._down.add(name)
        os.kill(self.pid(name), signal.SIGKILL)
        until = time.monotonic() + STARTED_WITHIN_S
        while any(status.name == name and status.running for status in self.platform.status()):
            if time.monotonic() > until:
                raise TimeoutError(f"{name} does not die")
            time.sleep(0.02)

    def start(self, name: str) -> None:
        """Start it and wait until it answers."""
        self._down.discard(name)
        self.platform.start_server(name)

    def leave(self, name: str) -> None:
        """Let it lie where it ends by itself, until it is started."""
        self._down.add(name)

    def restart(self, name: str) -> None:
        """End it as an operator does, by force where it does not end, and start it."""
        self._down.add(name)
        self.platform.stop_server(name)
        self.start(name)

    def fallen(self) -> Sequence[str]:
        """Those that ended although nobody told them to."""
        return [
            status.name for status in self.platform.status() if not status.running and status.name not in self._down
        ]

    def lift(self, name: str) -> None:
        """Start one that fell; it is tried again later where that fails."""
        with suppress(PlatformError):
            self.start(name)


def _patiently(make: Callable[[], object]) -> None:
    """Brokers on a busy machine need longer for so many topics than a client waits; what is made stays made."""
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            make()
        except (KafkaException, LookupError):
            if time.monotonic() > until:
                raise
        else:
            return
