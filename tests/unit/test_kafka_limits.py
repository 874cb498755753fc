"""Where partitions end is asked again, by what the cluster says now, where a broker has started anew."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
import stamina

from shared.kafka import limits
from shared.kafka.client import KafkaError, KafkaException, TopicPartition

PLACE = TopicPartition("news", 0)


class Asker:
    """As librdkafka's does, it asks by the leader that it knows until it is told of the topics again."""

    def __init__(self, code: int) -> None:
        self._code, self.refreshed = code, 0

    def list_topics(self, **_: Any) -> None:
        self.refreshed += 1

    def list_offsets(self, asked: dict[TopicPartition, Any], **_: Any) -> dict[TopicPartition, "Future[Any]"]:
        future: Future[Any] = Future()
        if self.refreshed:
            future.set_result(SimpleNamespace(offset=7))
        else:
            future.set_exception(KafkaException(KafkaError(self._code)))
        return dict.fromkeys(asked, future)


@pytest.mark.parametrize("code", [KafkaError.FENCED_LEADER_EPOCH, KafkaError._NOENT])  # noqa: SLF001
def test_leaders_are_learned_anew_before_an_end_is_asked_again(code: int) -> None:
    asker: Any = Asker(code)
    with stamina.set_testing(True, attempts=3):
        assert limits.ends(asker, [PLACE], 1.0) == {0: 7}
    assert asker.refreshed == 1


def test_what_is_not_allowed_is_not_asked_again() -> None:
    asker: Any = Asker(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(KafkaException):
        limits.ends(asker, [PLACE], 1.0)
    assert asker.refreshed == 0
