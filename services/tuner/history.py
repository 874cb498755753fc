"""What the tuner's own events say of the past, so that a restart forgets nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.messages import AdapterAnnounced, Snapshot, TuningDecided

Events = Mapping[str, TuningDecided]
INTERRUPTED = "the tuner ended before the training did"


def trainings(events: Events) -> list[TuningDecided]:
    """Every training, the oldest first."""
    ran = [event for event in events.values() if event.state in ("started", "finished", "failed")]
    return sorted(ran, key=lambda event: event.decided_at)


def failures(events: Events) -> int:
    """Trainings that failed or were unfinished since one was not."""
    count = 0
    for event in reversed(trainings(events)):
        if event.state != "failed":
            break
        count += 1
    return count


def interrupted(events: Events, now: datetime) -> Iterator[TuningDecided]:
    """Trainings that began and never ended: their process died with the tuner. What is to be said of them."""
    for event in trainings(events):
        if event.state == "started":
            yield event.model_copy(update={"state": "failed", "ended_at": now, "outcome": INTERRUPTED})


def looks(events: Events, adapter: AdapterAnnounced | None) -> list[TuningDecided]:
    """How the arms stood since this adapter serves: when it came, and when each had answered enough."""
    return [events[name] for name in (look_id(adapter, "began"), look_id(adapter, "height")) if name in events]


def look_id(adapter: AdapterAnnounced | None, which: str) -> str:
    """The same for the same adapter and promotion, so that a look is taken once."""
    promotion = f"{adapter.name}-{adapter.since.isoformat()}" if adapter else "none"
    return f"watching-{promotion}-{which}"


def look(
    adapter: AdapterAnnounced | None, which: str, standings: Mapping[str, Snapshot], now: datetime
) -> TuningDecided:
    """An event that keeps how the arms stand now."""
    name = adapter.name if adapter else "no adapter"
    reason = f"{name} serves; falls are counted from here" if which == "began" else f"how {name} began is known"
    return TuningDecided(
        tuning_id=look_id(adapter, which),
        state="watching",
        reason=reason,
        decided_at=now,
        standings=dict(standings),
        adapter=adapter.name if adapter else None,
    )
