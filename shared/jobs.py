"""Running a service's job as a process of its own and hearing its progress: one JSON object a line.

The job's log, on its standard error, is shown only when it fails: then its last event says why.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Any


class JobEndedError(RuntimeError):
    """A job ended without success; its own last words say why."""


def run(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    started: Callable[[subprocess.Popen[str]], None] = lambda _: None,
) -> Generator[dict[str, Any], None, None]:
    """The job's progress; raises JobEndedError with its last words when it fails. Ending early ends the job.

    `started` is given the process, so that somebody else can end it too.
    """
    argv = [sys.executable, "-m", module, *arguments]
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(argv, env=dict(environment), stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1) as job,
    ):
        try:
            started(job)
            yield from (said for line in job.stdout or () if (said := _parse(line)))
        finally:
            if job.poll() is None and sys.exc_info()[0] is not None:
                job.terminate()
        if code := job.wait():
            raise JobEndedError(f"{module} ended with exit code {code}: {_last_words(log)}")


def _parse(line: str) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _last_words(log: IO[str]) -> str:
    """The last line of a log; of a structured one its event, with the exception that it carries."""
    log.seek(0)
    lines = [line.strip() for line in log if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    event = _parse(last)
    raised = [f"{one.get('exc_type')}: {one.get('exc_value')}" for one in event.get("exception", [])]
    return "; ".join([str(event.get("event", last)), *raised])
