"""Dead letters for tests: buried as services bury them, or written by strangers."""

from shared import dead_letters, topology
from shared.memory.broker import MemoryBroker
from shared.records import Position, RawRecord
from shared.topology import AnyTopic
from tests.builders import NOON


def bury(
    broker: MemoryBroker,
    *names: str,
    value: bytes = b"{}",
    reason: str = "text: no words",
    topic: AnyTopic = topology.DOCUMENTS,
) -> list[Position]:
    """A letter for each name, which is its key; places on the dead-letter topic."""
    places = []
    for number, name in enumerate(names):
        origin = Position(topic.name, 0, number)
        letter = dead_letters.letter(
            RawRecord(origin, name.encode(), value, NOON, {"traceparent": b"00-1"}), reason, "ingest"
        )
        places.append(broker.append(letter.topic, letter.key, letter.value, letter.headers))
    return places
