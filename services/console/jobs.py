"""A service's job with its events, as the console runs it: what goes wrong is one plain line."""

from collections.abc import Generator, Mapping, Sequence

from services.console.platform.errors import PlatformError
from shared.jobs import process
from shared.jobs.events import Job, Said


class JobError(PlatformError):
    """A job ended without success; its own last words say why."""


def run(job: Job[Said], arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[Said, None, None]:
    """The job's events; raises JobError with its last words when it fails. Ending early ends the job."""
    try:
        yield from process.run(job, arguments, environment)
    except process.JobEndedError as error:
        raise JobError(str(error)) from error
