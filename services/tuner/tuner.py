"""One look after the other: see, decide, say so, train, and say what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from services.tuner import history
from services.tuner.handler import Decision, Seen, Snapshots, decide, since
from services.tuner.settings import TunerSettings
from shared.adapters import registry
from shared.contests.files import before_contests
from shared.jobs.process import JobEndedError
from shared.jobs.tuning import AdapterReport
from shared.messages import AdapterAnnounced, ArmTaken, Snapshot, Standing, TuningDecided
from shared.standings import current

log = structlog.get_logger()


@dataclass(frozen=True)
class World:
    """What the tuner sees: everything as it stands at the moment of the call.

    `not_learned`: documents that an adapter has not learned.
    """

    adapters: Callable[[], Mapping[str, AdapterAnnounced]]
    standings: Callable[[], Mapping[str, Standing]]
    events: Callable[[], Mapping[str, TuningDecided]]
    not_learned: Callable[[AdapterAnnounced | None], int]


@dataclass(frozen=True)
class Tuner:
    """`publish` stores an event before it returns; `train` runs the job and returns its adapter."""

    policy: TunerSettings
    world: World
    publish: Callable[[TuningDecided], None]
    train: Callable[[], AdapterReport]
    now: Callable[[], datetime]

    def recover(self) -> None:
        """Close what an earlier tuner left open."""
        for event in list(history.interrupted(self.world.events(), self.now())):
            self.publish(event)

    def look(self) -> Decision:
        """Once around; where a training is due this returns when it has ended."""
        standings, speaks = self._standings(), registry.speaking(self._adapters())
        self._keep_looks(speaks, standings)
        decision = decide(self._seen(speaks, standings), self.policy, self.now())
        if decision.act == "postpone":
            self._postpone(decision)
        if decision.act == "train":
            self._train(decision, standings)
        return decision

    def _seen(self, speaks: AdapterAnnounced | None, standings: Snapshots) -> Seen:
        events = self.world.events()
        ran, kept = history.trainings(events), history.looks(events, speaks)
        learned = [adapter for adapter in self._adapters().values() if _has_learned(adapter)]
        newest = max(learned, key=lambda adapter: adapter.created_at, default=None)
        return Seen(
            documents=self.world.not_learned(newest),
            cutoff=speaks.cutoff if speaks else None,
            began=kept[0].standings if kept else {},
            height=kept[1].standings if len(kept) > 1 else {},
            now=standings,
            last_started=ran[-1].decided_at if ran else None,
            last_ended=ran[-1].ended_at if ran else None,
            failures=history.failures(events),
        )

    def _standings(self) -> dict[str, Snapshot]:
        """How the arms of this track stand in the watched slice."""
        standing = current(self.world.standings().values()).get(self.policy.slice)
        if standing is None:
            return {}
        ours = [arm.name for arm in arms_of(standing) if arm.speaker == self.policy.track]
        estimates = {arm: standing.arms.get(arm, {}).get(self.policy.metric) for arm in ours}
        return {
            arm: Snapshot(n=estimate.n, mean=estimate.mean, effective_n=estimate.effective_n)
            for arm, estimate in estimates.items()
            if estimate is not None
        }

    def _adapters(self) -> Mapping[str, AdapterAnnounced]:
        return registry.of_track(self.world.adapters(), self.policy.track)

    def _keep_looks(self, speaks: AdapterAnnounced | None, standings: Snapshots) -> None:
        """How an adapter began is kept once, and once more when it has answered enough to say how high it stood."""
        kept = history.looks(self.world.events(), speaks)
        if not kept:
            self.publish(history.look(speaks, "began", standings, self.now()))
        elif len(kept) == 1 and speaks is not None:
            answered = since(kept[0].standings, standings)
            if answered and all(snapshot.n >= self.policy.fewest_questions for snapshot in answered.values()):
                self.publish(history.look(speaks, "height", standings, self.now()))

    def _postpone(self, decision: Decision) -> None:
        """Said once for the same causes between two trainings, however often one looks."""
        ran = history.trainings(self.world.events())
        after = ran[-1].tuning_id if ran else "none"
        name = f"postponed-{after}-{'-'.join(decision.causes)}"
        if name not in self.world.events():
            self.publish(
                TuningDecided(
                    tuning_id=name,
                    state="postponed",
                    causes=decision.causes,
                    reason=decision.reason,
                    decided_at=self.now(),
                )
            )

    def _train(self, decision: Decision, standings: Snapshots) -> None:
        event = TuningDecided(
            tuning_id=str(uuid4()),
            state="started",
            causes=decision.causes,
            reason=decision.reason,
            decided_at=self.now(),
            standings=dict(standings),
        )
        self.publish(event)
        log.info("training", reason=decision.reason)
        try:
            made = self.train()
            ended = {"state": "failed" if made.unfinished else "finished"} | _made(made)
        except (JobEndedError, OSError, ValueError) as error:
            ended = {"state": "failed", "outcome": str(error)}
        log.info("training ended", **ended)
        self.publish(event.model_copy(update=ended | {"ended_at": self.now()}))


def _has_learned(adapter: AdapterAnnounced) -> bool:
    """Whether its documents count as learned: not by an unfinished training, unless somebody lets it serve."""
    return not adapter.training.unfinished or adapter.state == "serving"


def arms_of(standing: Standing) -> tuple[ArmTaken, ...]:
    """The arms that a standing counts, also one of before there were contests."""
    return (standing.contest or before_contests()).arms


def _made(adapter: AdapterReport) -> dict[str, object]:
    """What a decision says of the adapter that came of it."""
    return {
        "adapter": adapter.name,
        "adapter_state": adapter.state,
        "outcome": adapter.reason,
        "cost": adapter.cost,
    }
