"""Announcing a contest to services while they run."""

from datetime import UTC, datetime
from uuid import uuid4

from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.messages import Contest, ContestAnnounced
from shared.settings import KafkaSettings


def announce(kafka: KafkaSettings, contest: Contest) -> ContestAnnounced:
    """The announcement, which the broker has when this returns."""
    now = datetime.now(UTC)
    delivery = Delivery(kafka, "console")
    announcement = ContestAnnounced(
        announcement_id=f"{now.isoformat()}/{uuid4().hex[:8]}", contest=contest, announced_at=now
    )
    publish(delivery, topology.CONTESTS, announcement)
    delivery.flush()
    return announcement
