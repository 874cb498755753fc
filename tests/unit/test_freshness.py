"""Freshness: what announcements tell about the way of a document, stage by stage."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.console.commands import freshness as command
from shared.lab.freshness import FreshnessReport, Journey, Quantiles, by_source, journeys, moment, stages
from shared.messages import DocumentIndexed
from shared.records import Position, RawRecord
from tests.builders import NOON, a_chunked_document
from tests.command_line import Ended

MS = timedelta(milliseconds=1)


def an_announcement(offset: int = 0, *, at_ms: float = 100, **changes: Any) -> RawRecord:
    """A revision appended at noon, ingested after 10 ms, embedded after 50, stored after 70, announced after 100."""
    values = a_chunked_document(ingested_at=NOON + 10 * MS).model_dump(exclude={"chunks"})
    values |= {
        "chunk_count": 1, "encoder": "hashing-64", "embedded_at": NOON + 50 * MS, "stored_at": NOON + 70 * MS,
    }  # fmt: skip
    told = DocumentIndexed(**values | changes)
    key = told.document_id.encode()
    return RawRecord(Position("announced", 0, offset), key, told.model_dump_json().encode(), NOON + at_ms * MS)


def test_every_stage_ends_where_the_next_begins() -> None:
    (journey,) = journeys([an_announcement()])

    assert journey.took_ms == {"ingested": 10, "embedded": 40, "stored": 20, "announced": 30, "in all": 100}


def test_percentiles_are_taken_of_each_stage_alone() -> None:
    by_stage = stages(journeys([an_announcement(n, document_id=f"d{n}", at_ms=70 + n) for n in range(101)]))

    assert (by_stage["announced"].n, by_stage["announced"].p50, by_stage["announced"].p95) == (101, 50.0, 95.0)
    assert by_stage["in all"] == Quantiles(n=101, p50=120.0, p95=165.0, p99=169.0)
    assert by_stage["ingested"].p99 == 10.0


def test_what_an_older_announcement_does_not_tell_is_not_made_up() -> None:
    by_stage = stages(journeys([an_announcement(), an_announcement(1, document_id="old", embedded_at=None)]))

    assert {stage: quantiles.n for stage, quantiles in by_stage.items()} == {
        "ingested": 2, "embedded": 1, "stored": 1, "announced": 2, "in all": 2,
    }  # fmt: skip


def test_clocks_that_differ_are_shown_as_they_are() -> None:
    (journey,) = journeys([an_announcement(ingested_at=NOON - timedelta(hours=1))])

    assert journey.took_ms["ingested"] == -3_600_000
    assert journey.took_ms["in all"] == 100


def test_an_announcement_that_is_repeated_counts_once_and_when_it_came_first() -> None:
    told = [an_announcement(0), an_announcement(1, at_ms=9_000), an_announcement(2, revision=2, at_ms=500)]

    assert [(journey.revision, journey.took_ms["in all"]) for journey in journeys(told)] == [(1, 100), (2, 500)]


def test_only_what_was_announced_in_the_range_counts() -> None:
    told = [an_announcement(n, document_id=f"d{n}", at_ms=n) for n in range(10)]

    in_range = journeys(told, since=NOON + 3 * MS, until=NOON + 6 * MS)

    assert [journey.document_id for journey in in_range] == ["d3", "d4", "d5"]


def test_a_tombstone_is_no_announcement() -> None:
    assert list(journeys([RawRecord(Position("announced", 0, 0), b"gone", None, NOON)])) == []


def test_nothing_announced_has_no_percentiles() -> None:
    written = FreshnessReport(stages=stages([])).model_dump(mode="json")

    assert written.keys() == {"unit", "stages"}
    assert written["stages"]["in all"] == {"n": 0, "p50": None, "p95": None, "p99": None}


def test_sources_are_told_apart() -> None:
    told = [an_announcement(n, document_id=f"d{n}", source=source) for n, source in enumerate(["b", "a", "b"])]

    sources = by_source(journeys(told))
    written = FreshnessReport(stages=stages([]), by_source=sources).model_dump(mode="json")

    assert [(source, by_stage["in all"].n) for source, by_stage in sources.items()] == [("a", 1), ("b", 2)]
    assert [(source, by_stage["in all"]["n"]) for source, by_stage in written["by_source"].items()] == [
        ("a", 1),
        ("b", 2),
    ]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90s", NOON - timedelta(seconds=90)),
        ("1.5h", NOON - timedelta(minutes=90)),
        ("2d", NOON - timedelta(days=2)),
        ("2025-03-03T11:00", NOON - timedelta(hours=1)),
        ("2025-03-03T11:00+01:00", NOON - timedelta(hours=2)),
        ("2025-03-03", datetime(2025, 3, 3, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_time_or_how_long_ago(text: str, at: datetime) -> None:
    assert moment(text, NOON) == at


@pytest.mark.parametrize("text", ["", "yesterday", "15", "15 m", "-3h"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 15m"):
        moment(text, NOON)


def test_following_ends_with_its_time_and_keeps_what_came() -> None:
    followed: deque[Journey] = deque()
    told = iter([an_announcement(), None, an_announcement(1, document_id="second")])

    def announcements() -> Iterator[RawRecord | None]:
        yield from told
        while True:
            yield None

    command._follow(followed, announcements(), (None, None), by=command.By.source, seconds=0.05)  # noqa: SLF001

    assert [journey.document_id for journey in followed] == ["story-1", "second"]


def test_without_a_broker_the_command_says_so_in_one_line(tiltyard: Callable[..., Ended]) -> None:
    ended = tiltyard("freshness", "--since", "1h")

    assert ended.returncode == 69, ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_documents_with_labels_are_one_source_whatever_an_older_announcement_says() -> None:
    told = [an_announcement(0), an_announcement(1, document_id="m", source="Board", labels=("board",))]

    assert set(by_source(journeys(told))) == {"Harrow Vale Wire", "(documents with labels)"}
