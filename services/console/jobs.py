"""A service's job with its events, as the console runs it: what goes wrong is one plain line."""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from services.console.platform.errors import PlatformError
from shared.jobs import process
from shared.jobs.events import Job, Said

Result = TypeVar("Result")


class JobError(PlatformError):
    """A job ended without success; its own last words say why."""


def run(job: Job[Said], arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[Said, None, None]:
    """The job's events; raises JobError with its last words when it fails. Ending early ends the job."""
    try:
        yield from process.run(job, arguments, environment)
    except process.JobEndedError as error:
        raise JobError(str(error)) from error


def result_of(module: str, event: Result | None) -> Result:
    """The event that a job ends with; raises JobError where there was none."""
    if event is None:
        raise JobError(f"{module} ended without its result")
    return event
