"""Reports made on request over the results in memory: one at a time, within a time, for whoever asked."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from tempfile import TemporaryFile

import structlog

from services.web.live.kept import Kept
from services.web.live.sizes import size_of
from services.web.reports.said import Said, said
from services.web.signing.people import Person
from shared import own_sources
from shared.messages import Result

WITHIN_S, REMEMBERED = 60.0, 8
"""Seconds that one may take, and how many are kept until they are looked at."""
MOST_BYTES = 32 * 1024 * 1024
"""That those may take in memory."""
log = structlog.get_logger()
Texts = Mapping[str, str]
Make = Callable[[Sequence[Result], int], Texts]


class BusyError(ConnectionError):
    """Another report is being made."""


class UnmadeError(ConnectionError):
    """It took too long, or counting failed."""


@dataclass(frozen=True)
class Made:
    """A report with what it opens with. `texts`: by the names of a report's files."""

    texts: Texts
    said: Said
    at: datetime
    labels: tuple[str, ...] = ()


class Reports:
    """The newest of each person, and of the newest few persons. One is counted at a time."""

    def __init__(self, make: Make | None = None) -> None:
        self._make, self._making = make or in_a_process, threading.Lock()
        self._made = Kept[str, Made](REMEMBERED, MOST_BYTES)
        self._last: tuple[object, Made] | None = None

    def of(self, person: Person) -> Made | None:
        """What this person had made last; None where nothing is kept."""
        made = self._made.get(person.name)
        return made if made is not None and made.labels == person.labels else None

    def make(self, results: Sequence[Result], person: Person, *, per_hour: int, version: object = None) -> Made:
        """Of results that the person may see. Raises BusyError, and UnmadeError where it does not end in time.

        `version`: of the results; where the last report was counted of the same ones, that one is handed over.
        """
        if not self._making.acquire(blocking=False):
            raise BusyError("another report is being made at the moment: try again when it is done")
        try:
            made = self._counted(results, person, per_hour=per_hour, version=version)
        finally:
            self._making.release()
        self._made.put(person.name, made, size_of(made))
        return made

    def _counted(self, results: Sequence[Result], person: Person, *, per_hour: int, version: object) -> Made:
        counted_of = version, person.alike.labels
        if version is not None and self._last is not None and self._last[0] == counted_of:
            return replace(self._last[1], labels=person.labels)
        texts = self._make(results, per_hour)
        made = Made(texts, said("report", texts["report.json"].encode()), datetime.now(UTC), person.labels)
        self._last = (counted_of, made) if size_of(made) <= MOST_BYTES else None
        return made


def in_a_process(results: Sequence[Result], per_hour: int, within_s: float = WITHIN_S) -> Texts:
    """Counted by a process that is ended where it takes longer. Raises UnmadeError."""
    try:
        with TemporaryFile() as lines:  # so that all results are never in memory as text at once
            lines.write(f"{per_hour}\n".encode())
            lines.writelines(result.model_dump_json().encode() + b"\n" for result in results)
            lines.seek(0)
            ended = subprocess.run(
                [sys.executable, "-m", "services.web.reports.child"], stdin=lines, capture_output=True,
                timeout=within_s, check=True, env={**os.environ, **own_sources.variables(os.environ)},
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UnmadeError(
            f"a report of {len(results):,} results was not done within {within_s:g} s, and was ended: `tiltyard "
            "report` has as long as it takes"
        ) from None
    except subprocess.CalledProcessError as error:
        log.warning("a report was not made", code=error.returncode, why=error.stderr.decode(errors="replace")[-2_000:])
        raise UnmadeError("the report could not be counted; the log of the pages says why") from None
    texts: Texts = json.loads(ended.stdout)
    return texts
