"""Running a service's job as a process of its own and reading its events as it writes them.

The job's log, on its standard error, is shown only when it fails: then its last line says why.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from shared import own_sources
from shared.jobs.events import Job, Said


class JobEndedError(RuntimeError):
    """A job ended without success; its own `words` at the end say why, if there were any."""

    def __init__(self, message: str, *, code: int = 0, words: str = "") -> None:
        super().__init__(message)
        self.code, self.words = code, words


def run(
    job: Job[Said],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    started: Callable[[subprocess.Popen[str]], None] = lambda _: None,
) -> Generator[Said, None, None]:
    """The job's events; raises JobEndedError with its last words when it fails. Ending early ends the job.

    `started` is given the process, so that somebody else can end it too. Lines that are no JSON object are passed
    over, since libraries write such; ValidationError for an object that is no event of this job.
    """
    argv = [sys.executable, "-m", job.module, *arguments]
    whole = {**environment, **own_sources.variables(environment)}
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(
            argv,
            env=whole,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
        ) as process,
    ):
        try:
            started(process)
            yield from (job.read(said) for line in process.stdout or () if (said := parse(line)))
        finally:
            if process.poll() is None and sys.exc_info()[0] is not None:
                process.terminate()
        if code := process.wait():
            words = last_words(log)
            raise JobEndedError(f"{job.module} ended with exit code {code}: {words}", code=code, words=words)


def parse(line: str) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def last_words(log: IO[str]) -> str:
    """The last line of a log; of a structured one its reason or else its event, with the exception that it carries."""
    log.seek(0)
    lines = [line.strip() for line in log if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    event = parse(last)
    raised = [f"{error.get('exc_type')}: {error.get('exc_value')}" for error in event.get("exception", [])]
    return "; ".join([str(event.get("reason") or event.get("event", last)), *raised])
