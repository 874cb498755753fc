"""Dead letters read whole by their places, and sent as they stand."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from shared.kafka import client
from shared.kafka.sink import Delivery
from shared.kafka.topics import RangeReader
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings

APART = 1_000
"""Letters with more others between them are read one after the other; those in between are read along."""


class KafkaLetters:
    """Implements Carrier, for one thread."""

    def __init__(self, settings: KafkaSettings, name: str) -> None:
        self._reader, self._delivery = RangeReader(settings), Delivery(settings, name)

    def read(self, places: Sequence[Position]) -> Iterator[RawRecord]:
        """Those that are still kept. Raises ConnectionError where they cannot be read in time."""
        wanted = set(places)
        with client.reaching():
            for (topic, partition), group in groupby(sorted(wanted), key=lambda place: place[:2]):
                low, high = self._reader.range_of(topic, partition)
                kept = [place.offset for place in group if low <= place.offset < high]
                for start, end in runs(kept):
                    for record in self._reader.read(topic, partition, start, end + 1):
                        if record.position in wanted:
                            yield record

    def send(self, topic: str, record: RawRecord, headers: dict[str, bytes]) -> None:
        self._delivery.send(topic, record.key, record.value, headers)

    def flush(self) -> None:
        """Raises DeliveryError where the broker does not have them all in time."""
        self._delivery.flush()

    def close(self) -> None:
        self._reader.close()


def runs(offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of offsets that are sorted and lie near each other."""
    for at, offset in enumerate(offsets):
        if at == 0 or offset - offsets[at - 1] > APART:
            start = offset
        if at + 1 == len(offsets) or offsets[at + 1] - offset > APART:
            yield start, offset
