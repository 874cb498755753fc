"""Sheets that go to the page Review of a running system, and what its reviewers said of them."""

from collections.abc import Mapping, Sequence

from shared import topology
from shared.kafka import access, topics
from shared.lab.reviewing.given import Given, collected
from shared.messages import ReviewItem
from shared.publisher import Publisher
from shared.settings import KafkaSettings


class ReviewTopics:
    """Both topics of the page, as the console uses them."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def require(self) -> None:
        """Raises where the broker is away, or has not the topics."""
        access.require(self._settings, [topology.REVIEW_ITEMS.name, topology.REVIEWS.name])

    def put(self, items: Sequence[ReviewItem]) -> None:
        """Put a sheet on the page; the broker has all of it when this returns."""
        Publisher(self._settings, "review").publish(topology.REVIEW_ITEMS, items)

    def said(self) -> dict[str, Mapping[str, Given]]:
        """Item -> reviewer -> newest record, of all that the topic keeps."""
        return collected(topics.read_all(self._settings, topology.REVIEWS.name))


def build() -> ReviewTopics:
    """Of the system that the environment names."""
    return ReviewTopics(KafkaSettings())
