"""What one poll takes: the first record at once, and others for as long as they may be waited for."""

from typing import Any

import pytest

from shared.kafka import consumed


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
