"""Whoever reads a topic as a view passes over what is no message of it, says so, and goes on."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from structlog.testing import capture_logs

from services.scorer.join import Join
from services.scorer.standings_aggregator import StandingsAggregator
from services.scorer.table import Entry, TableJoins
from shared.messages import Vote
from shared.records import understood
from tests.builders import NOON, a_raw_record, a_vote
from tests.standings import record_of
from tests.unit.test_standings import a_result

UNREADABLE = [b"{", b"\xff", b"", b"[" * 10_000, b'{"question_id": "q-1", "at": "0001-01-01T00:00:00+01:00"}', b"null"]


def test_what_cannot_be_read_is_logged_and_passed_over_and_the_next_is_read() -> None:
    vote = a_vote().model_dump_json().encode()
    records = [a_raw_record(value, offset=offset) for offset, value in enumerate([*UNREADABLE, None, vote])]

    with capture_logs() as logged:
        messages = list(understood(Vote, records))

    assert messages == [(records[-1], a_vote())]
    assert [line["position"][2] for line in logged] == list(range(len(UNREADABLE)))


def test_a_result_that_cannot_be_read_leaves_the_standings_as_they_were(tmp_path: Path) -> None:
    aggregator = StandingsAggregator(tmp_path)
    aggregator.take(a_raw_record(record_of(a_result(1, base=1.0)), key=b"q-1"))
    before = aggregator.changed()
    for value in UNREADABLE:
        aggregator.take(a_raw_record(value, key=b"q-1"))

    assert before
    assert aggregator.changed() == []


class Kept:
    """A changelog with some entries of one partition."""

    def __init__(self, *entries: tuple[bytes, bytes | None]) -> None:
        self._entries = entries

    def append(self, _: Sequence[Entry]) -> None:
        raise AssertionError("nothing is written here")

    def read(self, _: int) -> Iterable[tuple[bytes, bytes | None]]:
        return self._entries


def test_a_join_that_cannot_be_read_is_given_up_and_the_others_are_there() -> None:
    join = Join(partition=0, first_at=NOON)
    entries = [(f"bad-{number}".encode(), value) for number, value in enumerate(UNREADABLE)]
    joins = TableJoins(
        Kept(*entries, (b"\xff", join.model_dump_json().encode()), (b"q-1", join.model_dump_json().encode()))
    )

    with capture_logs() as logged:
        assert dict(joins.restore([0])) == {"q-1": join}

    assert len(logged) == len(UNREADABLE) + 1
    assert joins.get("bad-0") is None
    assert joins.get("q-1") == join
