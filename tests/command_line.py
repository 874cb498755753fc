"""The `tiltyard` command run within the test's process: what it says on both streams, and how it ends.

Starting a process for each case costs most of a second; that one can be started is a test of its own in
`tests/unit/test_console.py`.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import stamina.instrumentation

from services.console import app

ABSENT = {
    "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
    "TILTYARD_KAFKA_STARTUP_WAIT_S": "0.5",
    "TILTYARD_CASSANDRA_PORT": "9",
    "TILTYARD_CASSANDRA_STARTUP_WAIT_S": "0.5",
}


@dataclass(frozen=True)
class Ended:
    """As a shell would see it, whatever wrote to the streams, a C library too."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def tiltyard(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ended]]:
    """Runs `tiltyard ARGUMENTS` with an environment, where no server answers."""

    def run(*arguments: str, **environment: str) -> Ended:
        capfd.readouterr()
        with monkeypatch.context() as patch:
            for name, value in (ABSENT | environment).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["tiltyard", *arguments])
            with pytest.raises(SystemExit) as left:
                app.main()
        code = left.value.code
        out, err = capfd.readouterr()
        return Ended(code if isinstance(code, int) else 0 if code is None else 1, out, err)

    level = logging.getLogger("librdkafka").level
    yield run
    logging.getLogger("librdkafka").setLevel(level)
    stamina.instrumentation.set_on_retry_hooks(None)
