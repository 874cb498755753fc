"""Where partitions begin and end, asked of the broker in one request."""

from typing import Literal

from shared.kafka import client, failover
from shared.kafka.client import Admin, TopicPartition


@failover.retried
def ends(asker: Admin, places: list[TopicPartition], within_s: float) -> dict[int, int]:
    """Where each partition of one topic ends now, in one request."""
    return {partition: end for (_, partition), end in offsets(asker, places, "latest", within_s).items()}


def offsets(
    asker: Admin, places: list[TopicPartition], which: Literal["earliest", "latest"], within_s: float
) -> dict[tuple[str, int], int]:
    """The first offset that is kept of each partition, or where it ends, in one request."""
    asked = dict.fromkeys(places, getattr(client.OffsetSpec, which)())
    with failover.refreshing_metadata(asker, within_s):
        futures = asker.list_offsets(asked, request_timeout=within_s)
        return {(place.topic, place.partition): int(of.result(within_s).offset) for place, of in futures.items()}
