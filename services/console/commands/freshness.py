"""`tiltyard freshness`: how long documents take until they can be found, stage by stage."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live

from services.console import output
from shared import topology
from shared.kafka import topics
from shared.lab.freshness import FreshnessReport, Journey, Stages, by_source, journeys, moment, stages
from shared.records import RawRecord
from shared.settings import KafkaSettings

NEWEST = 100_000
COLUMNS = ("", "stage", "n", "p50 ms", "p95 ms", "p99 ms")


class By(StrEnum):
    """What is told apart."""

    source = "source"


Since = Annotated[str | None, typer.Option(help="Announced since: a time, or how long ago (90s, 15m, 2h, 7d).")]
Until = Annotated[str | None, typer.Option(help="Announced before: a time, or how long ago.")]


def register(app: typer.Typer) -> None:
    app.command()(freshness)


def freshness(
    since: Since = None,
    until: Until = None,
    by: Annotated[By | None, typer.Option("--by", help="A row for each source as well.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Follow new announcements until Ctrl-C.")] = False,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="Follow for so many seconds.")] = None,
    json: output.Json = False,
) -> None:
    """Show how long documents took from the broker's append until they were announced as findable.

    Stages: ingested (taken, cleaned, cut), embedded (vectors made), stored (vectors can be searched), announced, and
    in all. The topic keeps the newest announcement of each document; revisions before it count until it is compacted.

    What comes after the announcement is not in it: a retriever's word index reads the announcement and then the
    document, and a question waits for that. Its metrics are tiltyard_view_lag_records and tiltyard_view_wait_seconds.

    Example: tiltyard freshness --since 1h --by source
    Example: tiltyard freshness --live --for 60
    """
    now = datetime.now(UTC)
    start, end = (None if text is None else moment(text, now) for text in (since, until))
    if not live:
        records = topics.read_all(KafkaSettings(), topology.INDEXED.name)
        _tell(list(journeys(records, since=start, until=end)), by, json=json)
        return
    followed: deque[Journey] = deque(maxlen=NEWEST)
    _follow(followed, _announcements(from_end=start is None), (start, end), by=by, seconds=seconds)
    if json:
        _tell(followed, by, json=True)


def _announcements(*, from_end: bool) -> Iterator[RawRecord | None]:
    """What is announced, as it comes; None where nothing came for a moment."""
    follower = topics.Follower(KafkaSettings(), topology.INDEXED.name, from_end=from_end)
    try:
        while True:
            yield follower.poll(0.25)
    finally:
        follower.close()


def _follow(
    followed: deque[Journey],
    announcements: Iterator[RawRecord | None],
    between: tuple[datetime | None, datetime | None],
    *,
    by: By | None,
    seconds: float | None,
) -> None:
    """Keep a table up to date, for so many seconds or until Ctrl-C; only the newest 100,000 revisions count."""
    until = None if seconds is None else time.monotonic() + seconds

    def coming() -> Iterator[RawRecord]:
        for record in announcements:
            if until is not None and time.monotonic() >= until:
                return
            if record is not None:
                yield record

    def newest() -> Group:
        return _drawn(output.err, followed, by)

    with suppress(KeyboardInterrupt), Live(console=output.err, get_renderable=newest) as shown:
        for journey in journeys(coming(), since=between[0], until=between[1]):
            followed.append(journey)
        shown.refresh()


def _tell(measured: Iterable[Journey], by: By | None, *, json: bool) -> None:
    every = list(measured)
    if json:
        output.as_json(_report(every, by))
    else:
        output.out.print(_drawn(output.out, every, by))


def _report(measured: list[Journey], by: By | None) -> FreshnessReport:
    return FreshnessReport(stages=stages(measured), by_source=by_source(measured) if by else None)


def _drawn(console: Console, measured: Iterable[Journey], by: By | None) -> Group:
    every = list(measured)
    groups: list[tuple[str, Stages]] = [("all", stages(every))]
    if by:
        groups += by_source(every).items()
    rows = [row for group in groups for row in _rows(*group)]
    return output.drawn(console, "", COLUMNS, rows, right=COLUMNS[2:], names=2)


def _rows(name: str, by_stage: Stages) -> Iterator[tuple[str, ...]]:
    for number, (stage, times) in enumerate(by_stage.items()):
        cells = ("-" if value is None else f"{value:,.0f}" for value in (times.p50, times.p95, times.p99))
        yield ("" if number else name or "(no source)", stage, str(times.n), *cells)
