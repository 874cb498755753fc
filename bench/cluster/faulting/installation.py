"""What faults are done to: servers, and services that are kept up, in a folder of their own."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.cluster.faulting.disks import Disk, mounted
from bench.cluster.faulting.keeper import Keeper
from bench.cluster.faulting.processes import ServiceProcess
from bench.cluster.faulting.servers import DIMENSIONS, PARTITIONS, Servers

SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer")
ENVIRONMENT = {
    "TILTYARD_KAFKA_PARTITIONS": str(PARTITIONS),
    "TILTYARD_SCORER_METRICS": '["exact_match", "contains"]',
    "TILTYARD_GENERATOR_BACKEND": "echo",
    "TILTYARD_ENCODER_VARIANT": "hashing",
    "TILTYARD_ENCODER_DIMENSIONS": str(DIMENSIONS),
    "TILTYARD_INGEST_CHUNKER": "words",
    "TILTYARD_INGEST_CHUNK_TOKENS": "48",
    "TILTYARD_INGEST_LANGUAGE": "stated",
    "HF_HUB_OFFLINE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "OMP_NUM_THREADS": "1",
}
STATEFUL = ("retriever", "scorer")
MIB_OF_SERVER, MIB_OF_SERVICE = 1024, 64
READY_WITHIN_S = 600.0


class Installation:
    """The servers and the service processes, by name. `other`: a checkout of another version, where there is one."""

    def __init__(self, folder: Path, servers: Servers, environment: Mapping[str, str]) -> None:
        self.folder, self.servers = folder, servers
        self._environment = environment
        self.disks: dict[str, Disk] = {}
        self.without_disks = "no disks were mounted for this run"
        self.other: Path | None = None
        self.services: dict[str, ServiceProcess] = {}
        for name in SERVICES:
            self.add(name)

    def add(self, name: str) -> ServiceProcess:
        """One more process, which is not started yet."""
        self.services[name] = ServiceProcess(name, self._environment, self.folder)
        return self.services[name]

    def remove(self, name: str) -> None:
        """Forget a process that was stopped."""
        del self.services[name]

    def every(self) -> Sequence[ServiceProcess]:
        return list(self.services.values())

    def stop(self) -> None:
        """Let every service drain."""
        for service in self.every():
            service.stop()

    def roll(self, checkout: Path | None = None) -> None:
        """Stop each service and start it again, from this checkout, the next one once all are ready."""
        for service in self.every():
            service.stop()
            service.checkout = checkout
            service.start()
            self.wait_ready()

    def wait_ready(self) -> None:
        """Until each wanted process says that it works; TimeoutError with the first that does not."""
        until = time.monotonic() + READY_WITHIN_S
        for service in self.every():
            while service.wanted and not service.ready():
                if time.monotonic() > until:
                    raise TimeoutError(f"{service.name} is not ready; its log is {service.log}")
                time.sleep(0.05)

    @property
    def environment(self) -> Mapping[str, str]:
        """Of a command over these servers."""
        return self._environment


@contextmanager
def installed(folder: Path, servers: Servers, *, disks: bool = False) -> Iterator[tuple[Installation, Keeper]]:
    """Everything started and ready; stopped in the end, whatever happened. `disks`: some have one of their own."""
    with ExitStack() as leaving:
        small, why = _mounted(folder, servers, leaving) if disks else ({}, "no disks were mounted for this run")
        leaving.callback(servers.close)
        servers.open()
        installation = Installation(folder, servers, {**servers.environment, **ENVIRONMENT})
        installation.disks, installation.without_disks = small, why
        leaving.callback(installation.stop)
        for service in installation.every():
            service.start()
        keeper = leaving.enter_context(Keeper(installation.every, servers))
        installation.wait_ready()
        yield installation, keeper


def _mounted(folder: Path, servers: Servers, leaving: ExitStack) -> tuple[dict[str, Disk], str]:
    """A small disk for a broker, a node and the services that keep something on disk; else why there is none."""
    places = {name: servers.data(name) for name in servers.one_of_each}
    places |= {name: folder / "homes" / name for name in STATEFUL}
    disks: dict[str, Disk] = {}
    for name, place in places.items():
        try:
            disks[name] = mounted(place, folder / "disks" / name, MIB_OF_SERVICE if name in STATEFUL else MIB_OF_SERVER)
        except OSError as error:
            return {}, str(error)
        leaving.callback(disks[name].unmount)
    return disks, ""
