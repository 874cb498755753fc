"""Whether to train now: a pure function of what was seen, the policy and the time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from services.tuner.settings import TunerSettings
from shared.messages import Snapshot, TuningCause
from shared.moments import later
from shared.statistics.sequences import mixture_interval

HOUR_S = 3_600
Snapshots = Mapping[str, Snapshot]


@dataclass(frozen=True)
class Seen:
    """What the decision rests on.

    `documents`: news that the newest adapter has not learned, also a candidate, unless its training is unfinished.
    `cutoff`: of the adapter that serves. `began`, `height` and `now` are the standings of the tuned arms when that
    adapter came, when each had answered `fewest_questions` with it, and now. `failures`: trainings that failed or were
    unfinished since one was not.
    """

    documents: int = 0
    cutoff: datetime | None = None
    began: Snapshots = field(default_factory=dict)
    height: Snapshots = field(default_factory=dict)
    now: Snapshots = field(default_factory=dict)
    last_started: datetime | None = None
    last_ended: datetime | None = None
    failures: int = 0


@dataclass(frozen=True)
class Decision:
    """What to do, what calls for it, and why in words."""

    act: Literal["wait", "postpone", "train"]
    causes: tuple[TuningCause, ...]
    reason: str


def decide(seen: Seen, policy: TunerSettings, now: datetime) -> Decision:
    """Train where something calls for it and neither the pace nor a back-off forbids it."""
    reasons = dict(_causes(seen, policy, now))
    causes, reason = tuple(reasons), "; ".join(reasons.values())
    if not causes:
        return Decision("wait", (), f"nothing calls for it: {seen.documents} documents are not learned")
    earliest, why = _earliest(seen, policy)
    if earliest is not None and now < earliest:
        return Decision("postpone", causes, f"{reason}; not before {earliest.isoformat(timespec='seconds')}: {why}")
    return Decision("train", causes, reason)


def since(earlier: Snapshots, later: Snapshots) -> dict[str, Snapshot]:
    """The questions between two looks: of sums the difference. A slice that was counted anew gives nothing.

    They are taken to depend on one another as much as all that were counted by the later look.
    """
    grown = {arm: later[arm].n - before.n for arm, before in earlier.items() if arm in later}
    return {
        arm: Snapshot(
            n=n,
            mean=(later[arm].n * later[arm].mean - earlier[arm].n * earlier[arm].mean) / n,
            effective_n=_share(later[arm], n),
        )
        for arm, n in grown.items()
        if n > 0
    }


def _share(counted: Snapshot, n: int) -> float | None:
    """What n of the counted questions are worth."""
    return None if counted.effective_n is None else counted.effective_n * n / counted.n


def _causes(seen: Seen, policy: TunerSettings, now: datetime) -> Iterator[tuple[TuningCause, str]]:
    if policy.documents and seen.documents >= policy.documents:
        yield "documents", f"{seen.documents} documents are not learned ({policy.documents} call for a training)"
    if policy.age_hours and seen.documents and seen.cutoff is None:
        yield "age", f"there is no adapter yet and {seen.documents} documents to learn"
    if policy.age_hours and seen.documents and seen.cutoff is not None:
        hours = (now - seen.cutoff) / timedelta(hours=1)
        if hours >= policy.age_hours:
            yield "age", f"what is served knows the news to {hours:.1f} hours ago ({policy.age_hours:g} are allowed)"
    if fallen := list(_fallen(seen, policy)):
        yield "standing", "; ".join(fallen)


def _fallen(seen: Seen, policy: TunerSettings) -> Iterator[str]:
    """Arms that stand lower than they began, by more than is allowed and than chance brings."""
    if not policy.standing_fall:
        return
    first, lately = since(seen.began, seen.height), since(seen.height, seen.now)
    for arm in sorted(first.keys() & lately.keys()):
        before, after = first[arm], lately[arm]
        if min(before.n, after.n) < policy.fewest_questions:
            continue
        fall = before.mean - after.mean
        reached = mixture_interval(after.n, after.mean, effective_n=after.effective_n)
        if fall >= policy.standing_fall and reached.high < before.mean:
            yield (
                f"{arm} fell from {before.mean:.2f} (n = {before.n}) to {after.mean:.2f} (n = {after.n}) "
                f"in {policy.slice} by {policy.metric} ({policy.standing_fall:g} calls for a training)"
            )


def _earliest(seen: Seen, policy: TunerSettings) -> tuple[datetime | None, str]:
    """When the next training may begin, and what says so; the later of pace and back-off."""
    times: list[tuple[datetime, str]] = []
    if seen.last_started is not None and not seen.failures:
        begins = later(seen.last_started, seconds=policy.at_most_every_hours * HOUR_S)
        times.append((begins, f"at most one every {policy.at_most_every_hours:g} hours"))
    if seen.failures and seen.last_ended is not None:
        doubled = policy.retry_minutes * 60 * 2 ** min(seen.failures - 1, 20)
        wait_s = min(doubled, policy.retry_at_most_hours * HOUR_S)
        times.append((later(seen.last_ended, seconds=wait_s), f"{seen.failures} failed in a row"))
    return max(times) if times else (None, "")
