"""The newest message of each key of a topic, as whoever follows the topic keeps it."""

from typing import Generic, TypeVar

from shared.messages import Message
from shared.records import RawRecord, key_of, understood
from shared.topology import Topic

M = TypeVar("M", bound=Message)


class Latest(Generic[M]):
    """`values` by the records' keys. A record without a value takes its key out; one that cannot be read is logged."""

    def __init__(self, topic: Topic[M]) -> None:
        self.values: dict[str, M] = {}
        self._message = topic.message

    def take(self, record: RawRecord) -> None:
        """Take in a record, in the order of its partition."""
        if record.value is None:
            self.values.pop(key_of(record), None)
        for _, message in understood(self._message, [record]):
            self.values[key_of(record)] = message
