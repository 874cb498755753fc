"""The `tiltyard` command run within the test's process: what it says on both streams, and how it ends.

Starting a process for each case costs most of a second; that one can be started is a test of its own in
`tests/unit/test_console.py`.
"""

import io
import logging
import os
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
import stamina.instrumentation

from services.console import app, progress
from shared.jobs import process
from shared.jobs.events import Job, Said

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
            patch.setattr(progress, "QUIET_S", 3_600.0)  # how long a busy machine takes is not what is tested
            with pytest.raises(SystemExit) as left:
                app.main()
        code = left.value.code
        out, err = capfd.readouterr()
        return Ended(code if isinstance(code, int) else 0 if code is None else 1, out, err)

    level = logging.getLogger("librdkafka").level
    yield run
    logging.getLogger("librdkafka").setLevel(level)
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture
def jobs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run within the test's process, where their libraries are loaded. `test_jobs.py` starts real ones."""

    def run(job: Job[Said], arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Said]:
        said, log = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(said), redirect_stderr(log):
            for name in {name for name, value in environment.items() if os.environ.get(name) != value}:
                patch.setenv(name, environment[name])
            patch.setattr(sys, "argv", [job.module, *arguments])
            with warnings.catch_warnings(action="ignore", category=RuntimeWarning), pytest.raises(SystemExit) as left:
                runpy.run_module(job.module, run_name="__main__")  # which warns where a test has imported it before
        lines = map(process.parse, said.getvalue().splitlines())
        yield from (job.read(line) for line in lines if line)
        if left.value.code:
            words, code = process.last_words(log), int(left.value.code)
            raise process.JobEndedError(f"{job.module} ended with exit code {code}: {words}", code=code, words=words)

    monkeypatch.setattr(process, "run", run)
