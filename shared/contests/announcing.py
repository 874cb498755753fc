"""Announcing a contest: what must be mended before, and the announcement itself."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from shared import plugins
from shared.contests import checking
from shared.lab.acting import begun
from shared.messages import ActionTaken, Contest, ContestAnnounced
from shared.messages.actions import Via


def problems(contest: Contest, tracks: Collection[str]) -> list[str]:
    """What speaks against announcing it: unknown names, and arms that the generators' backend cannot serve.

    That backend is the one of the environment: workers that run elsewhere may have another, and look for themselves.
    """
    refused = plugins.load("services.generator", "offering")()
    return [*checking.problems(contest, tracks), *refused(contest)]


def announcement(contest: Contest, now: datetime) -> ContestAnnounced:
    """From its append time on, questions belong to it."""
    return ContestAnnounced(announcement_id=f"{now.isoformat()}/{uuid4().hex[:8]}", contest=contest, announced_at=now)


def action(announced: ContestAnnounced, by: str, via: Via) -> ActionTaken:
    """Who announces it, under the announcement's own id."""
    return begun(
        "announce_contest", by, via, at=announced.announced_at, on=[announced.contest.label],
        action_id=announced.announcement_id,
    )  # fmt: skip
