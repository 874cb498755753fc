"""Sheets that go to the page Review of a running system, and what its reviewers said of them."""

from collections.abc import Mapping, Sequence

from shared import topology
from shared.kafka import client, topics
from shared.lab.reviewing.given import Given, collected
from shared.messages import ReviewItem
from shared.publisher import Publisher
from shared.settings import KafkaSettings


def require(settings: KafkaSettings) -> None:
    """Raises where the broker is away, or has not the topics."""
    client.require(settings, [topology.REVIEW_ITEMS.name, topology.REVIEWS.name])


def publish(settings: KafkaSettings, items: Sequence[ReviewItem]) -> int:
    """Put a sheet on the page; how many items the broker has taken."""
    return Publisher(settings, "review").publish(topology.REVIEW_ITEMS, items)


def on_topic(settings: KafkaSettings) -> dict[str, Mapping[str, Given]]:
    """Item -> reviewer -> newest record, of all that the topic keeps."""
    return collected(topics.read_all(settings, topology.REVIEWS.name))
