"""Three Cassandra nodes on this machine, each of which can be killed, paused and told what `nodetool` can tell it.

They have one address each, 127.0.0.41 to .43, and know each other's data centre and rack, as nodes on machines of
their own do: a node that is asked for the nearest vectors then asks itself. Without (`simple`), it may ask all.
"""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from services.console.platform import ports, templates
from services.console.platform.java import fetch_jars, find_java
from services.console.platform.local import PlatformSettings
from shared.settings import CassandraSettings

NUMBERS = (1, 2, 3)
WITHIN_S, PAUSE_S = 600.0, 0.25
HEAP = "640m"
THREE = "{'class': 'NetworkTopologyStrategy', 'datacenter1': 3}"
OPEN = "authenticator: AllowAllAuthenticator\nauthorizer: AllowAllAuthorizer"
NO_WAITS = {"ring_delay_ms": 0, "announce_ms": 0, "settle": 0}
EVENLY = 2**64 // len(NUMBERS)


@dataclass
class StoreNodes:
    """The nodes, below a folder of their own; `jars` has Cassandra's."""

    home: Path
    jars: Path
    simple: bool = False
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.storage_port, *jmx = ports.find_free(2 + len(NUMBERS))
        self.jmx_ports = dict(zip(NUMBERS, jmx, strict=True))

    def settings(self, keyspace: str) -> CassandraSettings:
        """Of a client whose rows every node keeps."""
        addresses = ",".join(map(address, NUMBERS))
        return CassandraSettings(contact_points=addresses, port=self.port, keyspace=keyspace, replication=THREE)

    def start(self, *numbers: int) -> None:
        """Start nodes, and wait until each answers clients. Raises TimeoutError where one does not."""
        for number in numbers:
            command = [str(find_java()), f"@{self._options(number)}", "-cp", f"{self.jars}/*"]
            command.append("org.apache.cassandra.service.CassandraDaemon")
            with (self._folder(number) / "log").open("ab") as log:
                self.processes[number] = subprocess.Popen(command, stdout=log, stderr=log)
        for number in numbers:
            wait_for(partial(self.answers, number), f"node {number} does not answer")

    def kill(self, number: int) -> None:
        """kill -9, as a machine that is gone."""
        process = self.processes.pop(number)
        process.kill()
        process.wait()

    def pause(self, number: int) -> None:
        """The process stands still; its connections stay open."""
        self.processes[number].send_signal(signal.SIGSTOP)

    def go_on(self, number: int) -> None:
        """After `pause`."""
        self.processes[number].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End all of them."""
        for number in list(self.processes):
            self.go_on(number)
            self.kill(number)

    def answers(self, number: int) -> bool:
        """Whether a node takes clients."""
        with socket.socket() as attempt:
            attempt.settimeout(1.0)
            return attempt.connect_ex((address(number), self.port)) == 0

    def nodetool(self, number: int, *words: str) -> str:
        """What the node says; raises CalledProcessError where it refuses."""
        opens = [line for line in self._options(number).read_text().splitlines() if line.startswith("--add")]
        place = ["-h", "127.0.0.1", "-p", str(self.jmx_ports[number])]
        security = "-Djava.security.manager=allow"
        tool = [str(find_java()), *opens, security, "-Xmx64m", "-cp", f"{self.jars}/*"]
        tool += ["org.apache.cassandra.tools.NodeTool", *place, *words]
        return subprocess.run(tool, check=True, capture_output=True, text=True, timeout=WITHIN_S).stdout

    def _folder(self, number: int) -> Path:
        folder = self.home / f"node-{number}"
        (folder / "conf").mkdir(parents=True, exist_ok=True)
        return folder

    def _options(self, number: int) -> Path:
        """The file of the Java options; it and what it names are written where they are not there yet."""
        folder = self._folder(number)
        conf, options = folder / "conf", folder / "conf" / "jvm.options"
        if options.exists():
            return options
        seeds = ",".join(f"{address(other)}:{self.storage_port}" for other in NUMBERS)
        values: dict[str, str | int] = {
            "host": address(number), "port": self.port, "storage_port": self.storage_port, "seeds": seeds,
            "jmx_port": self.jmx_ports[number], "heap": HEAP, "data": str(folder / "data"), "logs": str(folder),
            "conf_uri": conf.as_uri(), "access": OPEN, "several": "", **NO_WAITS,
        }  # fmt: skip
        (conf / "logback.xml").write_text(templates.render("cassandra-logback.xml", values))
        (conf / "rackdc").write_text("dc=datacenter1\nrack=rack1\n")
        (conf / "cassandra.yaml").write_text(self._yaml(number, templates.render("cassandra.yaml", values), seeds))
        rack = f'"-Dcassandra-rackdc.properties={(conf / "rackdc").as_uri()}"'
        options.write_text(f"{templates.render('cassandra-jvm.options', values)}\n{rack}\n")
        return options

    def _yaml(self, number: int, usual: str, seeds: str) -> str:
        """The configuration of one of three nodes, made from that of a node of the local platform."""
        snitch = "SimpleSnitch" if self.simple else "GossipingPropertyFileSnitch\ndynamic_snitch: false"
        token = -(2**63) + (number - 1) * EVENLY
        own = {
            "listen_address": address(number),
            "rpc_address": address(number),
            "endpoint_snitch": snitch,
            "num_tokens": f"1\ninitial_token: {token}\nauto_bootstrap: false",
            "    parameters": f'[{{seeds: "{seeds}"}}]',
        }
        for name, value in own.items():
            usual, count = re.subn(rf"^{name}: .*$", f"{name}: {value}", usual, flags=re.MULTILINE)
            if count != 1:
                raise ValueError(f"the template of the local Cassandra says {count} times what {name} is")
        return usual


def address(number: int) -> str:
    """Of a node, on the loopback network."""
    return f"127.0.0.{40 + number}"


def wait_for(holds: Callable[[], bool], why: str, within_s: float = WITHIN_S) -> float:
    """Seconds until something holds; raises TimeoutError with `why` where it does not in time."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() > started + within_s:
            raise TimeoutError(f"{why} within {within_s:g} s")
        time.sleep(PAUSE_S)
    return time.monotonic() - started


def cassandra_jars() -> Path:
    """Cassandra's jars, those of the local platform; fetched where they are not there."""
    settings = PlatformSettings()
    store = settings.jars or settings.home / "jars"
    return fetch_jars(templates.FOLDER / "cassandra-pom.xml", store.absolute(), print)
