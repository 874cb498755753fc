"""How far a group has come on a topic, seen from outside and without joining it."""

from collections.abc import Mapping

from shared.kafka import client, topics
from shared.settings import KafkaSettings

ASK_S = 10.0


class GroupProgress:
    """What the broker says is committed, and where the topic ends; both asked anew each time."""

    def __init__(self, settings: KafkaSettings, group: str, topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._consumer = client.consumer(settings, group)

    def ends(self) -> Mapping[int, int]:
        return {partition: high for partition, (_, high) in topics.ranges(self._settings, self._topic).items()}

    def committed(self) -> Mapping[int, int]:
        """The next offset of each partition that the group will be given; the first one kept where it has none."""
        lows = {partition: low for partition, (low, _) in topics.ranges(self._settings, self._topic).items()}
        places = [client.TopicPartition(self._topic, partition) for partition in lows]
        found = self._consumer.committed(places, timeout=ASK_S)
        return {place.partition: max(place.offset, lows[place.partition]) for place in found}

    def close(self) -> None:
        self._consumer.close()
