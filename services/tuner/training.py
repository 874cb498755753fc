"""The tuning job as a process of its own: what it says last, and how it is ended when the tuner must stop."""

import os
import subprocess
import threading
from typing import Any

from shared.jobs import process
from shared.jobs.events import untyped

MODULE = "services.generator.tuning"


class Training:
    """Runs one job at a time. `stop` ends it from a signal handler; the job's files are whole or not there."""

    def __init__(self, pairs: str, stopping: threading.Event, module: str = MODULE, track: str = "") -> None:
        self._arguments = [*(["--pairs", pairs] if pairs else []), *(["--track", track] if track else [])]
        self._stopping = stopping
        self._module = module
        self._process: subprocess.Popen[str] | None = None

    def __call__(self) -> dict[str, Any]:
        """The job's last words. Raises JobEndedError where it fails or is ended."""
        said: dict[str, Any] = {}
        try:
            for words in process.run(untyped(self._module), self._arguments, os.environ, started=self._began):
                said = words
        except process.JobEndedError as error:
            if self._stopping.is_set():
                raise process.JobEndedError("the tuner was told to stop") from error
            raise
        finally:
            self._process = None
        return said

    def stop(self) -> None:
        """End the job that runs, if one does."""
        if self._process is not None:
            self._process.terminate()

    def _began(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        if self._stopping.is_set():
            self.stop()
