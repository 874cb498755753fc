"""The runner: order of side effects, burial of one message, and what stops it."""

import threading
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, cast

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import AfterValidator

from shared import dead_letters
from shared.burials import OwnFaultError
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink, MemorySource
from shared.messages import Message
from shared.records import REASON, Effect, GivenUpError, InvalidMessageError, Record, effect, parsed, portions
from shared.runner import Runner
from shared.telemetry import tracing
from shared.telemetry.health import Heartbeats
from shared.topology import DOCUMENTS, QUESTIONS
from tests.builders import a_document, a_question, a_raw_record

Effects = Iterator[Effect[Any]]


class Journal:
    """A sink that writes down what happens, and may be told to break."""

    def __init__(self, name: str, lines: list[str], *, broken: bool = False) -> None:
        self.name, self.lines, self.broken = name, lines, broken

    def write(self, _: Effect[Any]) -> None:
        self.lines.append(f"write {self.name}")

    def flush(self) -> None:
        if self.broken:
            raise ConnectionError("the store is gone")
        self.lines.append(f"flush {self.name}")


def pass_on(batch: Sequence[Record[Any]]) -> Effects:
    for record in batch:
        yield effect(record, record.message)


def refuse_bad(batch: Sequence[Record[Any]]) -> Effects:
    for record in batch:
        if record.message.title == "bad":
            raise InvalidMessageError("title: it is bad")
        yield effect(record, record.message)


def a_runner(broker: MemoryBroker, handle: Any = pass_on, **options: Any) -> Runner[Any]:
    settings: dict[str, Any] = {
        "service": "test",
        "source": MemorySource(broker, [DOCUMENTS], "group"),
        "handle": handle,
        "sinks": [],
        "dead_letters": MemoryDeadLetters(broker, "test"),
    }
    return Runner(**settings | options)


def test_sinks_are_flushed_in_order_and_the_offset_is_committed_last() -> None:
    broker, lines = MemoryBroker(partitions=1), list[str]()
    broker.publish(DOCUMENTS, a_document())
    runner = a_runner(broker, sinks=[Journal("store", lines), Journal("announce", lines)])

    runner.run_once()

    assert lines == ["write store", "write announce", "flush store", "flush announce"]
    assert broker.committed["group", DOCUMENTS.name, 0] == 1


def test_nothing_is_committed_and_nothing_announced_when_the_store_fails() -> None:
    broker, lines = MemoryBroker(partitions=1), list[str]()
    broker.publish(DOCUMENTS, a_document())
    runner = a_runner(broker, sinks=[Journal("store", lines, broken=True), Journal("announce", lines)])

    with pytest.raises(ConnectionError):
        runner.run_once()

    assert "flush announce" not in lines
    assert broker.committed["group", DOCUMENTS.name, 0] == 0


def test_what_failed_is_delivered_again_to_a_new_member_of_the_group() -> None:
    broker, lines = MemoryBroker(partitions=1), list[str]()
    broker.publish(DOCUMENTS, a_document())
    with pytest.raises(ConnectionError):
        a_runner(broker, sinks=[Journal("store", lines, broken=True)]).run_once()

    assert a_runner(broker, sinks=[Journal("store", lines)]).run_once() == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{not json", "Invalid JSON"),
        (b"", "Invalid JSON"),
        (b'{"document_id": "x", "op": "delete"}', "op: Input should be 'upsert' or 'retract'"),
        (b'{"document_id": "x", "tilte": "t"}', "tilte: Extra inputs are not permitted"),
        (b"\xff\xfe", "Invalid JSON"),
    ],
)
def test_bad_bytes_are_buried_with_their_reason_and_the_next_message_goes_on(value: bytes, reason: str) -> None:
    broker, lines = MemoryBroker(partitions=1), list[str]()
    broker.append(DOCUMENTS.name, b"key", value)
    broker.publish(DOCUMENTS, a_document())

    a_runner(broker, sinks=[Journal("store", lines)]).run_once()

    (letter,) = broker.records(DOCUMENTS.dead)
    assert letter.value == value
    assert reason in letter.headers["dead-reason"].decode()
    assert lines.count("write store") == 1


def test_one_message_that_the_handler_refuses_is_buried_alone() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document(), a_document(document_id="2", title="bad"), a_document(document_id="3"))
    sink: MemorySink[Any] = MemorySink(broker, QUESTIONS, lambda made: [a_question(question_id=made.document_id)])

    a_runner(broker, refuse_bad, sinks=[sink]).run_once()

    assert [record.key for record in broker.records(QUESTIONS.name)] == [b"story-1", b"3"]
    assert len(broker.records(DOCUMENTS.dead)) == 1
    assert broker.committed["group", DOCUMENTS.name, 0] == 3


def poisoned(broker: MemoryBroker, letters: int) -> None:
    for _ in range(letters):
        broker.append(DOCUMENTS.name, b"key", b"poison")


def refuse_all(_: Sequence[Record[Any]]) -> Effects:
    raise InvalidMessageError("text: this version takes none")


def a_broker_that_knows_good_documents(count: int) -> MemoryBroker:
    """Somebody of the group has accepted so many."""
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, *(a_document(document_id=str(number)) for number in range(count)))
    a_runner(broker).run_once()
    return broker


def test_any_amount_of_poison_is_buried_and_the_next_message_goes_on() -> None:
    broker, lines = a_broker_that_knows_good_documents(5), list[str]()
    poisoned(broker, 1_000)
    broker.publish(DOCUMENTS, a_document(document_id="last"))
    runner = a_runner(broker, test_after=10, sinks=[Journal("store", lines)])

    while runner.run_once():
        pass

    assert (len(broker.records(DOCUMENTS.dead)), lines.count("write store")) == (1_000, 1)
    assert broker.committed["group", DOCUMENTS.name, 0] == 1_006


def test_a_version_that_can_handle_nothing_of_what_was_accepted_stops_and_commits_nothing() -> None:
    broker = a_broker_that_knows_good_documents(5)
    broker.publish(DOCUMENTS, *(a_document(document_id=f"new {number}") for number in range(4)))

    with pytest.raises(OwnFaultError, match="none of 5 records that were accepted before"):
        a_runner(broker, refuse_all, test_after=3).run_once()

    assert broker.committed["group", DOCUMENTS.name, 0] == 5
    assert len(broker.records(DOCUMENTS.dead)) == 3


def test_what_is_given_up_for_its_time_tells_of_no_fault() -> None:
    def give_up(_: Sequence[Record[Any]]) -> Effects:
        raise GivenUpError("text: reading it took longer than 10 s")

    broker = a_broker_that_knows_good_documents(8)
    poisoned(broker, 50)
    a_runner(broker, give_up, test_after=3).run_once()

    assert len(broker.records(DOCUMENTS.dead)) == 50


def test_without_anything_accepted_before_a_fault_cannot_be_told_from_poison() -> None:
    broker = a_broker_that_knows_good_documents(2)
    poisoned(broker, 50)

    a_runner(broker, refuse_all, test_after=3).run_once()

    assert len(broker.records(DOCUMENTS.dead)) == 50


def test_records_that_were_buried_are_not_what_the_handler_is_tried_on() -> None:
    broker = a_broker_that_knows_good_documents(3)
    poisoned(broker, 50)

    a_runner(broker, test_after=3).run_once()

    assert [record.position.offset for record in MemorySource(broker, [DOCUMENTS], "group").accepted_before()] == [
        0,
        1,
        2,
    ]


def test_a_failed_write_to_the_dead_letters_commits_nothing() -> None:
    class NoGrave:
        def bury(self, *_: object) -> None: ...

        def flush(self) -> None:
            raise ConnectionError("no broker")

    broker = MemoryBroker(partitions=1)
    broker.append(DOCUMENTS.name, b"key", b"poison")

    with pytest.raises(ConnectionError):
        a_runner(broker, dead_letters=NoGrave()).run_once()

    assert broker.committed["group", DOCUMENTS.name, 0] == 0


def trace_behind_a_runner(trace: bytes) -> bytes:
    """What a message has that follows from one with this trace."""
    broker = MemoryBroker(partitions=1)
    broker.append(DOCUMENTS.name, b"1", a_document().model_dump_json().encode(), {"traceparent": trace})
    sink: MemorySink[Any] = MemorySink(broker, DOCUMENTS, lambda made: [made])

    a_runner(broker, sinks=[sink]).run_once()

    return broker.records(DOCUMENTS.name)[-1].headers["traceparent"]


TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_is_passed_on_as_it_came_where_nothing_is_exported() -> None:
    assert trace_behind_a_runner(TRACE) == TRACE


def test_the_trace_goes_on_with_a_new_span_where_spans_are_exported() -> None:
    tracing.begin("test", SimpleSpanProcessor(InMemorySpanExporter()))
    try:
        out = trace_behind_a_runner(TRACE)
    finally:
        tracing.end()

    assert out.split(b"-")[1] == TRACE.split(b"-")[1]
    assert out.split(b"-")[2] != TRACE.split(b"-")[2]


def test_a_slow_batch_keeps_its_membership_alive() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document())
    kept_alive, stopping = threading.Event(), threading.Event()

    class Watched(MemorySource):
        def keep_alive(self) -> None:
            kept_alive.set()

    def slow(batch: Sequence[Record[Any]]) -> Effects:
        assert kept_alive.wait(10), "the loop did not keep polling"
        stopping.set()
        return pass_on(batch)

    a_runner(broker, slow, source=Watched(broker, [DOCUMENTS], "group"), patience_s=0.01).run(stopping)

    assert broker.committed["group", DOCUMENTS.name, 0] == 1


def test_an_error_in_a_batch_ends_the_loop() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document())

    def broken(_: Sequence[Record[Any]]) -> Effects:
        raise TimeoutError("the handler's own time-out")

    with pytest.raises(TimeoutError, match="the handler's own"):
        a_runner(broker, broken).run(threading.Event())


def test_one_portion_is_flushed_while_the_next_is_handled() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document(document_id="1"), a_document(document_id="2"))
    second_handled, stopping = threading.Event(), threading.Event()

    class Slow:
        """A sink that is done with the first portion only once the second has been handled."""

        def write(self, _: Effect[Any]) -> None: ...

        def flush(self) -> None:
            assert second_handled.wait(10), "nothing is handled while this is flushed"

    def handle(batch: Sequence[Record[Any]]) -> Effects:
        if batch[0].message.document_id == "2":
            second_handled.set()
            stopping.set()
        return pass_on(batch)

    a_runner(broker, handle, sinks=[Slow()], portion_bytes=1, overlaps=True).run(stopping)

    assert broker.committed["group", DOCUMENTS.name, 0] == 2


def test_nothing_is_committed_past_a_portion_whose_flush_failed() -> None:
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, *(a_document(document_id=str(number)) for number in range(5)))
    runner = a_runner(broker, sinks=[Journal("store", [], broken=True)], portion_bytes=1, overlaps=True)

    with pytest.raises(ConnectionError):
        runner.run(threading.Event())

    assert broker.committed["group", DOCUMENTS.name, 0] == 0


@pytest.mark.parametrize("overlaps", [False, True])
def test_a_bad_message_is_buried_alone_whether_portions_overlap_or_not(overlaps: bool) -> None:
    broker, stopping = MemoryBroker(partitions=1), threading.Event()
    titles = ["good", "bad", "good", "good", "last"]
    broker.publish(DOCUMENTS, *(a_document(document_id=str(n), title=title) for n, title in enumerate(titles)))
    sink: MemorySink[Any] = MemorySink(broker, QUESTIONS, lambda made: [a_question(question_id=made.document_id)])

    def handle(batch: Sequence[Record[Any]]) -> Effects:
        if any(record.message.title == "last" for record in batch):
            stopping.set()
        return refuse_bad(batch)

    a_runner(broker, handle, sinks=[sink], overlaps=overlaps).run(stopping)

    assert [record.key for record in broker.records(QUESTIONS.name)] == [b"0", b"2", b"3", b"4"]
    assert len(broker.records(DOCUMENTS.dead)) == 1
    assert broker.committed["group", DOCUMENTS.name, 0] == 5


def test_portions_keep_the_order_and_a_record_that_is_too_long_goes_alone() -> None:
    sizes = [3, 3, 9, 1, 4, 4]
    records = [a_raw_record(b"x" * size) for size in sizes]

    cut = [[len(record.value or b"") for record in portion] for portion in portions(records, 8)]

    assert cut == [[3, 3], [9], [1, 4], [4]]
    assert list(portions([], 8)) == []


HOSTILE = {
    "a time before the year 1": b'{"document_id": "n-1", "text": "x", "published_at": "0001-01-01T00:00:00+01:00"}',
    "a time after the year 9999": b'{"document_id": "n-2", "text": "x", "published_at": "9999-12-31T23:59:59-05:00"}',
    "nesting without end": b"[" * 100_000,
    "half of a letter": b'{"document_id": "n-3", "text": "\xff"}',
    "a lone surrogate": b'{"document_id": "n-4", "text": "\\ud800"}',
    "a number too long": b'{"document_id": "n-5", "text": "x", "version": 1' + b"0" * 5_000 + b"}",
    "many unknown fields": b"{" + b",".join(b'"field-%d": 1' % number for number in range(50_000)) + b"}",
    "a name as long as a message": b'{"' + b"x" * 1_000_000 + b'": 1}',
    "nothing": b"",
}


def test_whatever_reading_a_record_raises_is_one_short_dead_letter_and_the_next_goes_on() -> None:
    broker, sink = MemoryBroker(partitions=1), list[str]()
    for value in HOSTILE.values():
        broker.append(DOCUMENTS.name, b"n", value)
    broker.publish(DOCUMENTS, a_document())
    a_runner(broker, sinks=[Journal("store", sink)]).run_once()

    letters = broker.records(DOCUMENTS.dead)
    assert [letter.value for letter in letters] == list(HOSTILE.values())
    assert all(0 < len(dead_letters.reason(letter.headers)) <= REASON for letter in letters)
    assert sink == ["write store", "flush store"]


class Unreadable(Message):
    """A message whose reading raises what no validator expects."""

    text: Annotated[str, AfterValidator(lambda text: text / 2)]


def test_an_error_of_another_kind_is_a_reason_too_and_a_lack_of_memory_is_none() -> None:
    with pytest.raises(InvalidMessageError, match=r"^it cannot be read \(TypeError\)$"):
        parsed(Unreadable, b'{"text": "x"}')

    class Exhausted:
        @staticmethod
        def model_validate_json(_: bytes) -> None:
            raise MemoryError

    with pytest.raises(MemoryError):
        parsed(cast("type[Message]", Exhausted), b"{}")


def test_a_batch_that_takes_minutes_does_not_make_the_loop_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop turns beside its work: a slow model is not restarted, whatever it does for however long."""
    beats, turned, stopping = Heartbeats(), threading.Event(), threading.Event()
    monkeypatch.setattr("shared.runner.HEARTBEATS", beats)
    times: list[str] = []

    def beat(loop: str) -> None:
        times.append(loop)
        if len(times) > 2:
            turned.set()

    monkeypatch.setattr(beats, "beat", beat)
    broker = MemoryBroker(partitions=1)
    broker.publish(DOCUMENTS, a_document())

    def slow(batch: Sequence[Record[Any]]) -> Effects:
        assert turned.wait(10), "the loop does not turn while a batch is in hand"
        stopping.set()
        return pass_on(batch)

    a_runner(broker, slow, patience_s=0.01).run(stopping)
    assert set(times) == {"test"}
