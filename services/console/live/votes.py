"""The votes that the topic of a running system keeps."""

from shared import topology
from shared.kafka import topics
from shared.lab.voting.reading import Taken, readable
from shared.settings import KafkaSettings


def on_topic(settings: KafkaSettings) -> list[Taken]:
    """Every readable vote that the topic keeps; the scorer buries the others."""
    return readable(topics.read_all(settings, topology.VOTES.name))
