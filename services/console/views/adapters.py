"""Adapters for people: who speaks, who stands by, what gates said, and what it cost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console import output
from shared.adapters import registry
from shared.adapters.registry import Adapters
from shared.masking import masked
from shared.messages import AdapterAnnounced, Cost, GateResult, Result


@dataclass(frozen=True)
class Spoken:
    """How many answers name an adapter, and when the last of them was scored."""

    answers: int
    last: datetime


def role(adapter: AdapterAnnounced, adapters: Adapters) -> str:
    """Its state, of those that serve in its track whether it speaks or stands by, and whether it is unfinished."""
    return f"{_state(adapter, adapters)}{', unfinished' if adapter.training.unfinished else ''}"


def show_list(adapters: Adapters, spoken: Mapping[str, Spoken] | None = None) -> None:
    """A table, the newest change first; `spoken` adds what each has answered."""
    heads = ["adapter", "track", "kind", "MB", "state", "knows until", "documents", "since", "gates"]
    rows = [
        [
            adapter.name,
            adapter.track,
            adapter.kind,
            _mb(adapter),
            role(adapter, adapters),
            _day(adapter.cutoff),
            adapter.documents,
            _minute(adapter.since),
            _in_short(adapter.gates),
        ]
        + ([] if spoken is None else _said(spoken.get(adapter.name)))
        for adapter in newest_first(adapters)
    ]
    output.table(
        "", heads + ([] if spoken is None else ["answers", "last"]), rows, right=["MB", "documents", "answers"]
    )
    for adapter in newest_first(adapters):
        if adapter.reason:
            output.say(f"{adapter.name}: {adapter.reason}")


def show_one(adapter: AdapterAnnounced, adapters: Adapters) -> None:
    """Lineage, cost and every gate of one adapter."""
    for name, value in _facts(adapter, adapters):
        output.say(f"{name + ':':<12}{value}")
    if adapter.gates:
        rows = [[gate.name, gate.verdict, _value(gate), _others(gate), gate.threshold] for gate in adapter.gates]
        output.table("", ["gate", "verdict", "value (95 %)", "against", "asked for"], rows)


def show_differences(first: AdapterAnnounced, second: AdapterAnnounced) -> None:
    """Two adapters side by side."""
    output.table("", ["", first.name, second.name], list(registry.differences(first, second)))


def newest_first(adapters: Adapters) -> list[AdapterAnnounced]:
    return sorted(adapters.values(), key=lambda adapter: (adapter.since, adapter.name), reverse=True)


def spoken_in(results: Iterable[Result]) -> dict[str, Spoken]:
    """Adapter -> its answers in these results."""
    spoken: dict[str, Spoken] = {}
    for result in results:
        for scored in result.answers.values():
            if (ref := scored.answer.adapter) is not None:
                known = spoken.get(ref.name, Spoken(0, result.scored_at))
                spoken[ref.name] = Spoken(known.answers + 1, max(known.last, result.scored_at))
    return spoken


def in_words(cost: Cost) -> str:
    """Seconds and tokens; energy and money where they are known."""
    parts = [f"{cost.seconds:.0f} s"] + ([f"{cost.tokens} tokens"] if cost.tokens else [])
    parts += [f"about {cost.kwh:.3f} kWh"] if cost.kwh is not None else []
    parts += [f"about {cost.money:.2f} {cost.currency}"] if cost.money is not None else []
    return ", ".join(parts)


def _state(adapter: AdapterAnnounced, adapters: Adapters) -> str:
    if adapter.state != "serving":
        return adapter.state
    speaks = registry.speaking(registry.of_track(adapters, adapter.track))
    return "serving: speaks" if speaks and speaks.name == adapter.name else "serving: stands by"


def _facts(adapter: AdapterAnnounced, adapters: Adapters) -> Iterator[tuple[str, str]]:
    yield "adapter", adapter.name
    yield "state", f"{role(adapter, adapters)} since {_minute(adapter.since)}"
    yield "why", adapter.reason or "-"
    yield "kind", f"{adapter.kind}, {_mb(adapter)} MB"
    yield "knows until", adapter.cutoff.isoformat()
    yield "learned", f"{adapter.examples} examples from {adapter.documents} documents"
    yield "training", registry.unfinished(adapter.training) or f"{adapter.training.steps} steps"
    yield "base", f"{adapter.base_model}, sha256 {adapter.base_sha256}"
    yield "weights", f"sha256 {adapter.weights_sha256}"
    yield "configuration", f"sha256 {adapter.config_sha256}" if adapter.config_sha256 else "not hashed"
    yield "dataset", f"sha256 {adapter.dataset_sha256}"
    yield "lies at", masked(adapter.location)
    cost = adapter.cost or Cost(seconds=adapter.training.seconds, tokens=adapter.training.tokens)
    yield "cost", in_words(cost) + ("" if adapter.cost else " (the training alone)")


def _value(gate: GateResult) -> str:
    if gate.value is None or gate.ci95 is None:
        return gate.reason
    return f"{gate.value:.3g} ({gate.ci95[0]:.3g} to {gate.ci95[1]:.3g}), n = {gate.n}"


def _others(gate: GateResult) -> str:
    sign = "" if "perplexity" in gate.name else "+"
    return "; ".join(
        f"{other.adapter or other.speaker} {other.value:.3g}, change {other.change:{sign}.2f} "
        f"({other.ci95[0]:{sign}.2f} to {other.ci95[1]:{sign}.2f})"
        for other in gate.against
    )


def _in_short(gates: Sequence[GateResult]) -> str:
    failed = [gate.name for gate in gates if gate.verdict == "failed"]
    passed = sum(gate.verdict == "passed" for gate in gates)
    if not gates:
        return "not run"
    return f"failed: {', '.join(failed)}" if failed else f"{passed} passed of {len(gates)}"


def _said(spoken: Spoken | None) -> list[object]:
    return [spoken.answers, _minute(spoken.last)] if spoken else [0, "-"]


def _mb(adapter: AdapterAnnounced) -> str:
    """Of its weights on disk, in 10^6 bytes."""
    return "-" if adapter.weights_bytes is None else f"{adapter.weights_bytes / 1e6:.1f}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
