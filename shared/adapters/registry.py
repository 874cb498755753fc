"""Which adapter serves, and what changes that: pure rules over what `models.adapters.v1` holds.

Of the adapters in state `serving` the one promoted last speaks; the one before it stands by, for workers that must
refuse the speaker and for a rollback. Each change is a list of announcements, to be published in their order: whoever
reads only the first ones still finds somebody who serves.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shared.messages import AdapterAnnounced, AdapterState, GateResult, TrainingRun
from shared.moments import later

Adapters = Mapping[str, AdapterAnnounced]
TRACK = "tuned"
"""Where nobody names another."""
_STANDING_BY = 1


class RegistryError(ValueError):
    """A change that the registry refuses. `why`: without `otherwise`, which says by which command to have it still."""

    def __init__(self, why: str, otherwise: str = "") -> None:
        super().__init__(f"{why}. {otherwise}" if otherwise else why)
        self.why = why


def of_track(adapters: Adapters, track: str) -> Adapters:
    """One line of adapters; each has its own candidates, promotions and rollbacks."""
    return {name: adapter for name, adapter in adapters.items() if adapter.track == track}


def tracks(adapters: Adapters) -> list[str]:
    """Every track of which there is an adapter, and the usual one."""
    return sorted({TRACK, *(adapter.track for adapter in adapters.values())})


def in_turn(adapters: Adapters) -> list[AdapterAnnounced]:
    """Those that serve: first who speaks, then who stands by."""
    serving = [adapter for adapter in adapters.values() if adapter.state == "serving"]
    return sorted(serving, key=lambda adapter: (adapter.since, adapter.name), reverse=True)


def speaking(adapters: Adapters) -> AdapterAnnounced | None:
    """The one that speaks."""
    return next(iter(in_turn(adapters)), None)


def find(adapters: Adapters, name: str) -> AdapterAnnounced:
    """By name; raises RegistryError that lists the names."""
    if name not in adapters:
        known = ", ".join(sorted(adapters)) or "there is none yet: `tiltyard tune` makes one"
        raise RegistryError(f"no adapter {name!r}: {known}")
    return adapters[name]


def promote(
    adapters: Adapters, name: str, *, now: datetime, reason: str, despite_gates: bool = False
) -> list[AdapterAnnounced]:
    """Let this one speak; who spoke stands by, and who stood by retires.

    Raises RegistryError for a name that is not there, one that speaks already, and, unless `despite_gates`, one whose
    training is unfinished or whose gates failed or were never run.
    """
    chosen = find(adapters, name)
    turn = in_turn(of_track(adapters, chosen.track))
    if turn and turn[0].name == name:
        raise RegistryError(f"{name} serves already")
    if not despite_gates and (why := refusal(chosen)):
        raise RegistryError(f"{name} is not promoted: {why}", "--despite-gates promotes it all the same.")
    others = [adapter for adapter in turn if adapter.name != name]
    replaced = [_changed(adapter, "retired", now, f"replaced by {name}") for adapter in others[_STANDING_BY:]]
    return [_changed(chosen, "serving", _after(turn, now), reason), *replaced]


def rollback(adapters: Adapters, *, now: datetime, reason: str, track: str = TRACK) -> list[AdapterAnnounced]:
    """Let the one that stands by speak, and retire who spoke. Raises RegistryError where nobody stands by."""
    turn = in_turn(of_track(adapters, track))
    if len(turn) < 2:
        raise RegistryError(
            f"no adapter of track {track} stands by: `tiltyard adapters promote NAME` names one, also a retired one"
        )
    spoke, stands_by = turn[:2]
    back = _changed(stands_by, "serving", _after(turn, now), f"rolled back from {spoke.name}: {reason}")
    return [back, _changed(spoke, "retired", now, f"rolled back: {reason}")]


def retire(
    adapters: Adapters, name: str, *, now: datetime, reason: str, leaving_none: bool = False
) -> list[AdapterAnnounced]:
    """Take an adapter away; where it spoke, the one that stands by does.

    Raises RegistryError for a name that is not there, one that is retired, and for the last one that serves, unless
    `leaving_none`: the tuned arms then fail with that reason until another is promoted.
    """
    chosen = find(adapters, name)
    if chosen.state == "retired":
        raise RegistryError(f"{name} is retired already")
    if [adapter.name for adapter in in_turn(of_track(adapters, chosen.track))] == [name] and not leaving_none:
        raise RegistryError(
            f"{name} is the last adapter that serves: promote another first, or --leaving-none lets the tuned arms fail"
        )
    return [_changed(chosen, "retired", now, reason)]


def refusal(adapter: AdapterAnnounced) -> str:
    """Why it does not serve by itself: an unfinished training, or gates that do not let it pass.

    Empty where nothing is against it, also for one that served before gates were recorded.
    """
    reasons = [unfinished(adapter.training)] if adapter.training.unfinished else []
    reasons += [f"gate {gate.name}: {gate.reason}" for gate in adapter.gates if gate.verdict == "failed"]
    if not reasons and adapter.state == "candidate" and not adapter.gates:
        return "its gates were not run"
    return "; ".join(reasons)


def unfinished(training: TrainingRun) -> str:
    """How far a training came whose time was up; empty for one that used up its budget."""
    if not training.unfinished:
        return ""
    return f"its training is unfinished: {training.steps} of {training.planned_steps} steps when its time was up"


def differences(first: AdapterAnnounced, second: AdapterAnnounced) -> Iterator[tuple[str, str, str]]:
    """What sets two adapters apart: field, value of the first, value of the second; gates side by side."""
    for field in (
        "state",
        "track",
        "kind",
        "weights_bytes",
        "cutoff",
        "documents",
        "examples",
        "base_sha256",
        "dataset_sha256",
        "weights_sha256",
        "config_sha256",
    ):
        ours, theirs = str(getattr(first, field)), str(getattr(second, field))
        if ours != theirs:
            yield field, ours, theirs
    costs = [adapter.cost.seconds if adapter.cost else adapter.training.seconds for adapter in (first, second)]
    yield "seconds", f"{costs[0]:.0f}", f"{costs[1]:.0f}"
    yield "steps", str(first.training.steps), str(second.training.steps)
    yield "final loss", f"{first.training.final_loss:.3f}", f"{second.training.final_loss:.3f}"
    gates = [{gate.name: gate for gate in adapter.gates} for adapter in (first, second)]
    for name in dict.fromkeys([*gates[0], *gates[1]]):
        yield f"gate {name}", _measured(gates[0], name), _measured(gates[1], name)


def _measured(gates: Mapping[str, GateResult], name: str) -> str:
    gate = gates.get(name)
    if gate is None or gate.value is None or gate.ci95 is None:
        return gate.verdict if gate else "-"
    return f"{gate.value:.2f} ({gate.ci95[0]:.2f}-{gate.ci95[1]:.2f}), n = {gate.n}, {gate.verdict}"


def _after(turn: Sequence[AdapterAnnounced], now: datetime) -> datetime:
    """Now, but later than every promotion so far: a clock that lags must not promote into the past."""
    newest = max((adapter.since for adapter in turn), default=None)
    return now if newest is None else max(now, later(newest, seconds=1e-6))


def _changed(adapter: AdapterAnnounced, state: AdapterState, at: datetime, reason: str) -> AdapterAnnounced:
    return adapter.model_copy(update={"state": state, "changed_at": at, "reason": reason})
