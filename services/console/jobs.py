"""A service's job with its progress, as the console runs it: what goes wrong is one plain line."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from services.console.platform.errors import PlatformError
from shared import jobs


class JobError(PlatformError):
    """A job ended without success; its own last words say why."""


def run(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[dict[str, Any], None, None]:
    """The job's progress; raises JobError with its last words when it fails. Ending early ends the job."""
    try:
        yield from jobs.run(module, arguments, environment)
    except jobs.JobEndedError as error:
        raise JobError(str(error)) from error
