"""What one poll takes: the first record at once, and others for as long as they may be waited for."""

from typing import Any

import pytest
import stamina

from shared.kafka import consumed
from shared.kafka.client import KafkaError, KafkaException, TopicPartition


class Record:
    """A consumed message with nothing in it."""

    def error(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, 0

    def headers(self) -> None:
        return None

    def topic(self) -> str:
        return "news"

    def partition(self) -> int:
        return 0

    offset = partition

    def key(self) -> bytes:
        return b""

    value = key


class Reader:
    """Has a record now, and a second one for who waits 10 ms."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def poll(self, _wait_s: float) -> Record:
        return Record()

    def consume(self, limit: int, timeout: float) -> list[Record]:
        self.waited.append(timeout)
        return [Record()][:limit] if timeout >= 0.01 else []


@pytest.mark.parametrize(("linger", "taken"), [({}, 1), ({"linger_s": 0.02}, 2)])
def test_a_record_waits_for_others_only_where_it_may(linger: dict[str, float], taken: int) -> None:
    reader: Any = Reader()

    assert len(consumed.take(reader, 16, 0.5, **linger)) == taken
    assert len(consumed.take(reader, 1, 0.5, **linger)) == 1
    assert len(reader.waited) == 1, "a full batch waits for nobody"


class NoAnswer(Record):
    """What a consumer gives where a broker did not answer it, and where it may not read."""

    def __init__(self, code: int) -> None:
        self._code = code

    def error(self) -> KafkaError:  # type: ignore[override]
        return KafkaError(self._code)


def test_a_broker_that_is_away_for_a_while_is_no_record_and_no_end() -> None:
    messages: Any = [Record(), NoAnswer(KafkaError._TIMED_OUT), NoAnswer(KafkaError.REQUEST_TIMED_OUT), Record()]  # noqa: SLF001
    assert len([*consumed.raw_records(messages)]) == 2


@pytest.mark.parametrize("code", [KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.NOT_COORDINATOR])
def test_an_error_after_which_a_consumer_stands_still_is_raised(code: int) -> None:
    refused: Any = NoAnswer(code)
    with pytest.raises(KafkaException):
        [*consumed.raw_records([refused])]


def test_what_is_committed_is_asked_again_while_a_group_has_no_coordinator() -> None:
    class Member:
        codes = [KafkaError._TIMED_OUT, KafkaError.COORDINATOR_NOT_AVAILABLE]  # noqa: SLF001

        def committed(self, places: list[TopicPartition], **_: Any) -> list[TopicPartition]:
            if self.codes:
                raise KafkaException(KafkaError(self.codes.pop()))
            return places

    member: Any = Member()
    with stamina.set_testing(True, attempts=3):
        assert consumed.committed(member, [TopicPartition("news", 0)]) == [TopicPartition("news", 0)]
