"""From weights on disk to an adapter that serves, or to a candidate that says why it does not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from services.generator import adapter_files
from services.generator.tuning.data.dataset import Dataset
from shared.adapters import registry
from shared.messages import AdapterAnnounced, Cost, GateResult

Adapters = Mapping[str, AdapterAnnounced]
Publish = Callable[[AdapterAnnounced], None]
UNTRIED = "its gates have not been run yet"


class Trial(Protocol):
    """What runs the gates of an adapter whose folder is on this machine."""

    def run(
        self, dataset: Dataset, adapter: AdapterAnnounced, previous: AdapterAnnounced | None
    ) -> Sequence[GateResult]: ...


def release(
    dataset: Dataset,
    adapter: AdapterAnnounced,
    *,
    adapters: Adapters,
    trial: Trial,
    address: str,
    publish: Publish,
    cost: Callable[[], Cost],
    now: Callable[[], datetime],
) -> AdapterAnnounced:
    """Announce a candidate, try it, store it, and promote it where its gates let it pass; returns its last state.

    One whose training is unfinished is tried too, so that whoever promotes it by hand knows what it can; it stays a
    candidate.

    `address` is the registry's; empty: the adapter stays in its folder. The candidate is heard of before its gates, so
    that a run that ends between them leaves a trace; who served before goes on serving until the promotion.
    """
    serving = adapters[adapter.name] if _serves(adapters, adapter) else None
    folder, known = Path(adapter.location), _same(serving, adapter) if serving else _candidate(adapter)
    if serving is None:
        publish(known)
    before = previous(adapters, adapter.track, base_sha256=adapter.base_sha256, but_for=adapter.weights_sha256)
    gates = trial.run(dataset, known, before)
    stored = known.model_copy(update={"location": adapter_files.store(folder, address)})
    changes = settled(stored, gates, adapters=adapters, cost=cost(), now=now())
    for change in changes:
        publish(change)
    return changes[0]


def settled(
    adapter: AdapterAnnounced, gates: Sequence[GateResult], *, adapters: Adapters, cost: Cost, now: datetime
) -> list[AdapterAnnounced]:
    """What is to be announced once the gates have spoken, the adapter itself first."""
    judged = adapter.model_copy(update={"gates": tuple(gates), "cost": cost})
    if adapter.training.unfinished or any(gate.verdict == "failed" for gate in gates):
        why = registry.refusal(judged)
        return [judged.model_copy(update={"reason": f"not served: {why}"} | _at(judged, now))]
    if judged.state == "serving":
        return [judged]
    reason = "its gates let it pass" if gates else "no gate was asked for"
    known = dict(adapters) | {judged.name: judged}
    return registry.promote(known, judged.name, now=now, reason=reason, despite_gates=not gates)


def require_new(name: str, adapters: Adapters) -> None:
    """Raises ValueError where a name is taken: workers that start must find what was announced under it."""
    if name in adapters:
        raise ValueError(f"an adapter {name!r} was announced before: choose another name, or none")


def previous(adapters: Adapters, track: str, *, base_sha256: str, but_for: str = "") -> AdapterAnnounced | None:
    """Who speaks now on this base, but for the one with these weights."""
    turn = registry.in_turn(registry.of_track(adapters, track))
    return next((other for other in turn if other.base_sha256 == base_sha256 and other.weights_sha256 != but_for), None)


def _serves(adapters: Adapters, adapter: AdapterAnnounced) -> bool:
    known = adapters.get(adapter.name)
    return known is not None and known.state == "serving" and known.has_files_of(adapter)


def _same(serving: AdapterAnnounced, adapter: AdapterAnnounced) -> AdapterAnnounced:
    """The same weights trained once more: what is new about them, and where they stand in turn as before."""
    return adapter.model_copy(update={"state": serving.state, "changed_at": serving.since, "reason": serving.reason})


def _candidate(adapter: AdapterAnnounced) -> AdapterAnnounced:
    return adapter.model_copy(update={"state": "candidate", "reason": UNTRIED, "changed_at": adapter.created_at})


def _at(adapter: AdapterAnnounced, now: datetime) -> dict[str, object]:
    return {} if adapter.state == "serving" else {"state": "candidate", "changed_at": now}
