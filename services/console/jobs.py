"""Running a service's job as a process of its own and hearing its progress: one JSON object a line.

Anything that is not a JSON object is taken for the job's last words. Its log goes to standard error as it is.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.console.platform.errors import PlatformError


class JobError(PlatformError):
    """A job ended without success; its own words say why."""


def run(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The job's progress; raises JobError with its last words when it fails. Ending early ends the job."""
    argv = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(argv, env=dict(environment), stdout=subprocess.PIPE, text=True, bufsize=1) as job:
        last = ""
        try:
            for line in job.stdout or ():
                parsed = _parse(line)
                last = last if parsed else line.strip()
                if parsed:
                    yield parsed
        finally:
            if job.poll() is None:
                job.terminate()
        if code := job.wait():
            raise JobError(f"{module} ended with exit code {code}{': ' + last if last else ''}")


def _parse(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
