"""Which groups are at work, and how far one has come on a topic, seen from outside and without joining it."""

from collections.abc import Mapping

from shared.access import UnreachableError
from shared.kafka import client, consumed, topics
from shared.settings import KafkaSettings

ASK_S = 10.0
IDLE = ("EMPTY", "DEAD")


def at_work(settings: KafkaSettings, within_s: float = ASK_S) -> set[str]:
    """The groups that have members now, without their prefix; one that died is named for the length of a session.

    Raises UnreachableError where the broker does not say.
    """
    asker = client.admin(settings)  # kept: its futures fail once it is gone
    return {name for name, works in groups(asker, settings, within_s).items() if works}


def groups(asker: client.Admin, settings: KafkaSettings, within_s: float = ASK_S) -> dict[str, bool]:
    """The name of each group of ours, without its prefix -> whether it has members. Raises UnreachableError."""
    try:
        listed = asker.list_consumer_groups(request_timeout=within_s).result(within_s + 1)
    except (client.KafkaException, TimeoutError) as error:
        raise UnreachableError(f"the broker does not say who is at work: {error}") from error
    if listed.errors:  # of one broker of several; its groups are not known then
        raise UnreachableError(f"the broker does not say who is at work: {listed.errors[0]}")
    prefix = f"{settings.group_prefix}-"
    ours = [group for group in listed.valid if group.group_id.startswith(prefix)]
    return {group.group_id.removeprefix(prefix): group.state.name not in IDLE for group in ours}


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
        committed = consumed.committed(self._consumer, places)
        return {place.partition: max(place.offset, lows[place.partition]) for place in committed}

    def close(self) -> None:
        self._consumer.close()
