"""Kafka and Cassandra of this run alone, each server of which can be killed, paused and started again by its name."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from services.console.platform import processes
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from shared.cassandra import schema
from shared.kafka import creation
from shared.settings import CassandraSettings, KafkaSettings

PARTITIONS, GRACE_S = 4, 30.0
ENCODER, DIMENSIONS = "hashing-256", 256


class Servers:
    """The local platform under a folder of its own."""

    def __init__(self, folder: Path, nodes: int) -> None:
        self.folder, self.nodes = folder, nodes
        self.platform = LocalPlatform(isolated(folder, PlatformSettings()))
        self._down: set[str] = set()
        self._lock = threading.Lock()

    def open(self) -> None:
        """Servers, topics and tables."""
        self.platform.start(lambda _: None)
        creation.create(KafkaSettings(bootstrap_servers=self.bootstrap, partitions=PARTITIONS))
        schema.apply(CassandraSettings(port=self.port), encoder=ENCODER, dimensions=DIMENSIONS)

    def close(self) -> None:
        self.platform.stop()

    @property
    def names(self) -> Sequence[str]:
        return [status.name for status in self.platform.status()]

    @property
    def one_of_each(self) -> Sequence[str]:
        """A broker and a node."""
        return ("kafka", "cassandra")

    def data(self, name: str) -> Path:
        """Where a server keeps its data."""
        return self.folder / name / "data"

    @property
    def bootstrap(self) -> str:
        return self.platform.bootstrap_servers

    @property
    def hosts(self) -> Sequence[str]:
        return self.environment["TILTYARD_CASSANDRA_CONTACT_POINTS"].split(",")

    @property
    def port(self) -> int:
        return int(self.environment["TILTYARD_CASSANDRA_PORT"])

    @property
    def environment(self) -> Mapping[str, str]:
        return self.platform.environment

    def pid(self, name: str) -> int:
        return next(status.pid for status in self.platform.status() if status.name == name)

    def kill(self, name: str) -> None:
        """End a server without a word; it stays down until it is started."""
        with self._lock:
            self._down.add(name)
            os.kill(self.pid(name), signal.SIGKILL)

    def start(self, name: str) -> None:
        """Start it and wait until it answers."""
        with self._lock:
            self._down.discard(name)
            self.platform.start(lambda _: None)

    def leave(self, name: str) -> None:
        """Let it lie where it ends by itself, until it is started."""
        self._down.add(name)

    def restart(self, name: str) -> None:
        """End it as an operator does, by force where it does not end, and start it."""
        with self._lock:
            self._down.add(name)
            processes.end(psutil.Process(self.pid(name)), GRACE_S)
        self.start(name)

    def fallen(self) -> Sequence[str]:
        """Those that ended although nobody told them to."""
        return [
            status.name for status in self.platform.status() if not status.running and status.name not in self._down
        ]
