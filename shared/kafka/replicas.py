"""Whether every partition has the replicas that it should have, as the brokers say now."""

from dataclasses import dataclass

from shared.kafka import client
from shared.settings import KafkaSettings

ASK_S = 5.0


@dataclass(frozen=True)
class Replicas:
    """Of the partitions that we may see: how many there are, and how many lack a replica.

    `brokers` are there; `away` hold replicas and are not there. `closed`: partitions that take no record now.
    """

    brokers: int
    away: tuple[int, ...]
    partitions: int
    lacking: int
    closed: int


def look(settings: KafkaSettings) -> Replicas:
    """Raises ConnectionError where no broker says."""
    with client.reaching():
        known = client.admin(settings).list_topics(timeout=ASK_S)
    partitions = [partition for topic in known.topics.values() for partition in topic.partitions.values()]
    return Replicas(
        brokers=len(known.brokers),
        away=tuple(sorted({broker for partition in partitions for broker in partition.replicas} - set(known.brokers))),
        partitions=len(partitions),
        lacking=sum(len(partition.isrs) < len(partition.replicas) for partition in partitions),
        closed=sum(len(partition.isrs) < settings.in_sync for partition in partitions),
    )
