"""How long documents took on their way, from their announcements: percentiles for each stage, pure of any broker."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np

from shared.jobs.events import IfKnown, JobModel
from shared.messages import DocumentIndexed
from shared.moments import later
from shared.records import RawRecord, understood

TAKEN, EMBEDDED, STORED, ANNOUNCED, IN_ALL = STAGES = ("ingested", "embedded", "stored", "announced", "in all")
PERCENTILES = (50, 95, 99)
GUARDED = "(documents with labels)"
"""In place of a source that an announcement does not say."""
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Journey:
    """One revision's way: milliseconds for each stage that its announcement tells, from one time to the next.

    The first and the last time are the broker's, those between are the services' own: clocks that differ make a
    stage too long and its neighbour too short, even negative, and leave `in all` as it is.
    """

    document_id: str
    revision: int
    source: str
    announced_at: datetime
    took_ms: Mapping[str, float]
    is_retracted: bool = False


@dataclass(frozen=True)
class Quantiles:
    """Of a stage, in milliseconds, over `n` revisions; interpolated linearly between the nearest two."""

    n: int
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


Stages = Mapping[str, Quantiles]


class FreshnessReport(JobModel):
    """Every stage, and the same for each source where they are told apart."""

    unit: Literal["ms"] = "ms"
    stages: Stages
    by_source: IfKnown[Mapping[str, Stages]] = None


def journey_of(record: RawRecord, message: DocumentIndexed) -> Journey:
    """What an announcement says of its revision's way; the record's own time is when it was announced."""
    times = (message.appended_at, message.ingested_at, message.embedded_at, message.stored_at, record.appended_at)
    steps = zip(STAGES[:-1], times, times[1:], strict=False)
    took = {stage: _ms(end - start) for stage, start, end in steps if start is not None and end is not None}
    took[IN_ALL] = _ms(record.appended_at - message.appended_at)
    source = GUARDED if message.labels else message.source
    return Journey(message.document_id, message.revision, source, record.appended_at, took, message.retracted)


def journeys(
    records: Iterable[RawRecord], *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Journey]:
    """Each revision announced in [since, until) once: an announcement that was repeated counts when it came first."""
    seen: set[tuple[str, int]] = set()
    for record, message in understood(DocumentIndexed, records):
        journey = journey_of(record, message)
        if (journey.document_id, journey.revision) in seen:
            continue
        seen.add((journey.document_id, journey.revision))
        if (since is None or since <= journey.announced_at) and (until is None or journey.announced_at < until):
            yield journey


def stages(journeys: Iterable[Journey]) -> Stages:
    """Percentiles for each stage; a stage that an older announcement does not tell has a smaller n."""
    took: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for journey in journeys:
        for stage, ms in journey.took_ms.items():
            took[stage].append(ms)
    return {stage: quantiles(values) for stage, values in took.items()}


def by_source(journeys: Iterable[Journey]) -> dict[str, Stages]:
    """The same for each source, by name."""
    apart: dict[str, list[Journey]] = {}
    for journey in journeys:
        apart.setdefault(journey.source, []).append(journey)
    return {source: stages(apart[source]) for source in sorted(apart)}


def quantiles(values: Sequence[float]) -> Quantiles:
    if not values:
        return Quantiles(0)
    return Quantiles(len(values), *(round(float(value), 1) for value in np.percentile(values, PERCENTILES)))


def moment(text: str, now: datetime) -> datetime:
    """A time (ISO 8601, without a zone in UTC), or how long ago: 90s, 15m, 2h, 7d. Raises ValueError.

    Longer ago than time goes is the beginning of time.
    """
    if ago := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text):
        return later(now, seconds=-float(ago[1]) * _SECONDS[ago[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is neither a time such as 2025-03-03T12:00Z nor how long ago, such as 15m"
        ) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _ms(duration: timedelta) -> float:
    return duration / timedelta(milliseconds=1)
