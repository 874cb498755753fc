"""Announcing a contest to services while they run, and what must be mended before."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import uuid4

from shared import plugins, topology
from shared.adapters import registry
from shared.contests import checking, files
from shared.kafka.sink import Delivery, publish
from shared.messages import Contest, ContestAnnounced
from shared.settings import KafkaSettings


def problems(contest: Contest, tracks: Collection[str]) -> list[str]:
    """What speaks against announcing it: unknown names, and arms that the generators' backend cannot serve.

    That backend is the one of the environment: workers that run elsewhere may have another, and look for themselves.
    """
    refused = plugins.load("services.generator", "offering")()
    return [*checking.problems(contest, tracks), *refused(contest)]


def competing(name_or_file: str) -> Contest:
    """The contest that a trial holds. ValueError: it is not there, or could not be held as it is said."""
    contest = files.chosen(name_or_file)
    if found := problems(contest, [registry.TRACK]):
        raise ValueError(f"{name_or_file} is not held: {'; '.join(found)}")
    return contest


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
