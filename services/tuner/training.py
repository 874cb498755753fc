"""The tuning job as a process of its own: the adapter that it made, and how it is ended when the tuner must stop."""

import os
import subprocess
import threading

from shared.jobs import process
from shared.jobs.events import Job
from shared.jobs.tuning import JOB, AdapterReleased, AdapterReport, TuningEvent


class Training:
    """Runs one job at a time. `stop` ends it from a signal handler; the job's files are whole or not there."""

    def __init__(self, pairs: str, stopping: threading.Event, job: Job[TuningEvent] = JOB, *, track: str = "") -> None:
        self._arguments = [*(["--pairs", pairs] if pairs else []), *(["--track", track] if track else [])]
        self._stopping = stopping
        self._job = job
        self._process: subprocess.Popen[str] | None = None

    def __call__(self) -> AdapterReport:
        """What the job says of its adapter. Raises JobEndedError where it fails, is ended or makes none."""
        report: AdapterReport | None = None
        try:
            for event in process.run(self._job, self._arguments, os.environ, started=self._began):
                if isinstance(event, AdapterReleased):
                    report = event.report
        except process.JobEndedError as error:
            if self._stopping.is_set():
                raise process.JobEndedError("the tuner was told to stop") from error
            raise
        finally:
            self._process = None
        if report is None:
            raise process.JobEndedError(f"{self._job.module} ended without an adapter")
        return report

    def stop(self) -> None:
        """End the job that runs, if one does."""
        if self._process is not None:
            self._process.terminate()

    def _began(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        if self._stopping.is_set():
            self.stop()
