"""Dead letters in groups, what sending them again would do, and what is written down while it is done."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import topology
from shared.kafka.letters import APART, runs
from shared.lab.acting import begun, written_down
from shared.lab.resending import buried, sending
from shared.lab.resending.groups import grouped
from shared.lab.resending.labels import UNREADABLE, labels_in
from shared.lab.resending.patterns import pattern_of
from shared.lab.resending.plan import plan
from shared.lab.resending.sending import Ports, places_of, send_again, spans
from shared.memory.broker import MemoryBroker
from shared.memory.letters import MemoryLetters
from shared.messages import ActionTaken
from shared.messages.actions import MOST_SENT
from shared.records import Position, RawRecord
from tests.builders import NOON
from tests.dead import bury

DEAD = topology.DOCUMENTS.dead
LETTERS = st.builds(Position, st.sampled_from([DEAD, "b.dead"]), st.integers(0, 2), st.integers(0, 30))


def letters(broker: MemoryBroker) -> list[buried.Buried]:
    return [buried.of(record) for record in broker.records(DEAD)]


def an_action() -> ActionTaken:
    return begun("send_again", "olga", "console", at=NOON, on=[topology.DOCUMENTS.name])


def test_reasons_have_a_pattern_without_what_differs() -> None:
    told = {
        "document web-1a has 1,234 bytes": "document web-… has … bytes",
        "chunks.0.text: Input should be a valid string": "chunks.….text: Input should be a valid string",
        "no prompt 'x' nor \"y z\"": "no prompt … nor …",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301 is there": "… is there",
        "published_at: 2999-01-01T00:00:00Z is ahead": "published_at: … is ahead",
        "text: no words": "text: no words",
        "": "",
    }
    assert {reason: pattern_of(reason) for reason in told} == told


@given(st.lists(st.sampled_from(["0", "9a", "'", '"', "x", " ", "-", ":", "\u0663"]), max_size=300).map("".join))
def test_a_pattern_is_found_of_any_reason_and_is_its_own_pattern(reason: str) -> None:
    assert len(pattern_of(reason)) <= len(reason)
    assert pattern_of(pattern_of(reason)) == pattern_of(reason)


def test_groups_count_what_was_sent_and_what_cannot_be() -> None:
    broker = MemoryBroker()
    first, *_ = bury(broker, "a", "b", reason="9 bytes")
    bury(broker, "c", value=b"x" * topology.DOCUMENTS.max_bytes, reason="8 bytes")
    bury(broker, "d", reason="another")
    groups = grouped(letters(broker), {first})

    assert [(group.pattern, group.count, group.sent, group.stuck) for group in groups] == [
        ("… bytes", 3, 1, 1), ("another", 1, 0, 0),
    ]  # fmt: skip


def test_labels_are_found_wherever_they_stand() -> None:
    cases = {
        b'{"labels": ["a"], "question": {"labels": ["b"]}}': {("a",), ("b",)},
        b'{"evidence_labels": [["a"], [], ["b", "c"]]}': {("a",), ("b", "c")},
        b'{"labels": [], "more": {"labels": null}}': set(),
        b'{"labels": {"a": 1}}': set(UNREADABLE),
        b'{"labels": [1]}': set(UNREADABLE),
        b'[[{"labels": ["a"]}]]': {("a",)},
    }
    for value, labels in cases.items():
        assert set(labels_in(value) or ()) == labels, value
    for value in (b"", b"\xff", b'{"labels": []', b'"labels": [ ]', b"[" * 100_000):
        assert labels_in(value) is None
    assert labels_in(b'{"labels": ["a"') == UNREADABLE


@given(st.lists(LETTERS, max_size=60))
def test_spans_name_exactly_the_places(places: list[Position]) -> None:
    made = spans(places)
    action = an_action().model_copy(update={"letters": made})

    assert sorted(places_of(action)) == sorted(set(places))
    assert ActionTaken.model_validate_json(action.model_dump_json()).sent == len(set(places))


@given(st.lists(st.integers(0, 20 * APART), unique=True, max_size=40).map(sorted))
def test_runs_cover_the_offsets_and_leave_large_gaps_out(offsets: list[int]) -> None:
    found = list(runs(offsets))
    assert all(any(first <= offset <= last for first, last in found) for offset in offsets)
    assert all(first in offsets and last in offsets for first, last in found)
    assert all(after[0] - before[1] > APART for before, after in pairwise(found))


class Expired(MemoryLetters):
    """Of what is asked for, half is no longer kept, and one place holds another letter by now."""

    def read(self, places: Sequence[Position]) -> Iterator[RawRecord]:
        kept = [*super().read(places)][::2]
        yield from kept[1:]
        yield RawRecord(kept[0].position, b"other", b"other", NOON, {**kept[0].headers, "dead-offset": b"77"})


def test_what_is_no_longer_kept_is_not_sent_and_is_told() -> None:
    broker, written = MemoryBroker(), list[ActionTaken]()
    bury(broker, *(f"d-{at}" for at in range(10)))
    ended = send_again(
        plan(letters(broker), set()), an_action(), Ports(Expired(broker), written.append, lambda: datetime.now(UTC))
    )

    assert (ended.state, ended.outcome) == ("done", "4 of 10 letters sent again; 6 are no longer kept")
    assert len(broker.records(topology.DOCUMENTS.name)) == 4
    assert written[-1] == ended


def test_each_portion_is_written_down_and_a_process_that_ends_begins_no_further_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 3)
    broker, written = MemoryBroker(), list[ActionTaken]()
    bury(broker, *(f"d-{at}" for at in range(10)))
    stopping = iter([False, False, True])
    ports = Ports(MemoryLetters(broker), written.append, lambda: NOON, lambda: next(stopping))
    ended = send_again(plan(letters(broker), set()), an_action(), ports)

    assert [(of.state, of.sent) for of in written] == [("begun", 3), ("begun", 6), ("failed", 6)]
    assert "stopped, since the process ends" in ended.outcome
    left = plan(letters(broker), set(places_of(ended)))
    assert (len(left.letters), left.sent_before) == (4, 6)


def test_nothing_is_done_that_cannot_be_written_down() -> None:
    def refusing(_: ActionTaken) -> None:
        raise ConnectionError("away")

    with pytest.raises(ConnectionError, match="away"), written_down(an_action(), refusing, lambda: NOON):
        raise AssertionError("it was done")


def test_an_error_ends_an_action_as_failed() -> None:
    written: list[ActionTaken] = []
    with pytest.raises(ValueError, match="no such"), written_down(an_action(), written.append, lambda: NOON):
        raise ValueError("no such adapter")
    assert [(of.state, of.outcome) for of in written] == [("begun", ""), ("failed", "no such adapter")]


def test_an_action_about_as_many_letters_as_there_may_be_fits_its_topic() -> None:
    places = [Position(f"{'x' * 40}.dead", at % 9, 2**40 + 2 * at) for at in range(MOST_SENT)]
    action = an_action().model_copy(update={"letters": spans(places), "reason": "y" * 1_000, "wanted": MOST_SENT})

    assert ActionTaken.model_validate_json(action.model_dump_json()).sent == MOST_SENT
    assert len(action.model_dump_json()) < topology.ACTIONS.max_bytes


def test_more_letters_than_one_action_may_have_are_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.lab.resending.plan.MOST_SENT", 3)
    broker = MemoryBroker()
    bury(broker, *(f"d-{at}" for at in range(5)))
    planned = plan(letters(broker), set())

    assert (len(planned.letters), planned.left, sum(planned.to.values())) == (3, 2, 3)


def test_a_record_that_several_services_buried_is_sent_once() -> None:
    broker = MemoryBroker()
    bury(broker, "q-1", "q-2")
    bury(broker, "q-1", "q-2")  # the same places, by another service
    would = plan(letters(broker), {})
    first = next(letter.position for letter in letters(broker) if letter.key == "q-1")

    assert sorted(letter.key for letter in would.letters) == ["q-1", "q-2"]
    assert would.same == 2
    assert [letter.key for letter in plan(letters(broker), {first}).letters] == ["q-2"]
