"""A service's job with its events, as the console runs it: what goes wrong is one plain line."""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from services.console.platform.errors import PlatformError
from shared import service
from shared.access import UnreachableError
from shared.jobs import process
from shared.jobs.events import Job, Said
from shared.source_files import DataError

Result = TypeVar("Result")


class JobError(PlatformError):
    """A job ended without success; its own last words say why."""


def run(job: Job[Said], arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[Said, None, None]:
    """The job's events. Ending early ends the job.

    Where it fails, its last words are raised: as DataError where a file is at fault, as UnreachableError where a
    server is not there, else as JobError. The exit code is the job's own in the first two cases.
    """
    try:
        yield from process.run(job, arguments, environment)
    except process.JobEndedError as error:
        raise _raised(error) from error


def _raised(error: process.JobEndedError) -> Exception:
    match error.code:
        case service.EX_DATA:
            return DataError(error.words)
        case service.EX_UNAVAILABLE:
            return UnreachableError(error.words)
        case _:
            return JobError(str(error))


def result_of(module: str, event: Result | None) -> Result:
    """The event that a job ends with; raises JobError where there was none."""
    if event is None:
        raise JobError(f"{module} ended without its result")
    return event
