"""A Java server of the local platform: its files, its ports, and the program that runs it."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.console.platform import ports
from services.console.platform.errors import PlatformError
from services.console.platform.supervisor import Program

_FIRST_WITHIN_S = 120


@dataclass(frozen=True)
class Server:
    """What distinguishes one server from another; made by `kafka_server.build` and `cassandra_server.build`."""

    name: str
    home: Path  # of this server: conf/ is written anew at each start, data/ is its own
    pom: Path
    ports: Mapping[str, tuple[str, int]]  # address and port by the name of the setting
    conf: Mapping[str, str]  # text by file name; `jvm.options` among them
    main: Sequence[str]  # class and arguments
    ready: Callable[[], bool]
    first: Sequence[str] = ()  # class and arguments that make the data folder, once
    made: str = ""  # the file that `first` leaves in the data folder

    @property
    def data(self) -> Path:
        return self.home / "data"

    def check_ports(self, prefix: str) -> None:
        """PlatformError when a port is taken, naming the setting (`prefix` + name) that would move it."""
        for setting, (host, port) in self.ports.items():
            ports.refuse_absent(host)
            if not ports.is_free(port, host):
                raise PlatformError(
                    f"port {port} of {host}, which {self.name} needs, is taken by another process "
                    f"({ports.holder(port, host)}): "
                    f"end it, or set {(prefix + setting).upper()} to a free port"
                )

    def check_unchanged(self) -> None:
        """PlatformError when the configuration on disk, with which the server runs, is not the wanted one."""
        for name, text in self.conf.items():
            path = self.home / "conf" / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                raise PlatformError(f"{self.name} runs with other settings ({path} would change): stop it first")

    def prepare(self, java: Path, jars: Path) -> None:
        """Write the configuration, and make the data folder where that is still to do."""
        self._write_conf()
        if not self.first or (self.data / self.made).exists():
            return
        command = [*self._java(java, jars), *self.first]
        completed = subprocess.run(command, capture_output=True, text=True, timeout=_FIRST_WITHIN_S, check=False)
        if completed.returncode != 0:
            output = "\n".join((completed.stdout + completed.stderr).strip().splitlines()[-5:])
            raise PlatformError(f"{self.name} could not make its data folder {self.data}:\n{output}")

    def program(self, java: Path, jars: Path, within_s: float) -> Program:
        return replace(self.awaited(within_s), argv=[*self._java(java, jars), *self.main])

    def awaited(self, within_s: float) -> Program:
        """A program to wait for, not to start: for a server that runs already."""
        return Program(self.name, argv=(), env={}, ready=self.ready, ready_within_s=within_s)

    def _write_conf(self) -> None:
        for name, text in self.conf.items():
            path = self.home / "conf" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def _java(self, java: Path, jars: Path) -> list[str]:
        """The command line up to the main class."""
        classes = os.pathsep.join([str(self.home / "conf"), f"{jars}/*"])
        return [str(java), f"@{self.home / 'conf' / 'jvm.options'}", "-cp", classes]
