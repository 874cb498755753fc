"""A service's job with its events, as the console runs it: what goes wrong is one plain line."""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from services.console.platform.errors import PlatformError
from shared.jobs import process
from shared.jobs.events import Job, Said
from shared.service import EX_DATA
from shared.source_files import DataError

Result = TypeVar("Result")


class JobError(PlatformError):
    """A job ended without success; its own last words say why."""


def run(job: Job[Said], arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[Said, None, None]:
    """The job's events. Ending early ends the job.

    Where it fails, its last words are raised: as DataError where a file is at fault, else as JobError.
    """
    try:
        yield from process.run(job, arguments, environment)
    except process.JobEndedError as error:
        raise (DataError(error.words) if error.code == EX_DATA else JobError(str(error))) from error


def result_of(module: str, event: Result | None) -> Result:
    """The event that a job ends with; raises JobError where there was none."""
    if event is None:
        raise JobError(f"{module} ended without its result")
    return event
