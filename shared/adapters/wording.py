"""Adapters in words: who speaks, who stands by, what gates said, and what it cost."""

from collections.abc import Iterator, Sequence
from datetime import UTC

from shared.adapters import registry
from shared.adapters.registry import Adapters
from shared.masking import masked
from shared.messages import AdapterAnnounced, Cost, GateResult


def role(adapter: AdapterAnnounced, adapters: Adapters) -> str:
    """Its state, of those that serve in its track whether it speaks or stands by, and whether it is unfinished."""
    return f"{_state(adapter, adapters)}{', unfinished' if adapter.training.unfinished else ''}"


def newest_first(adapters: Adapters) -> list[AdapterAnnounced]:
    """By when each came into its state."""
    return sorted(adapters.values(), key=lambda adapter: (adapter.since, adapter.name), reverse=True)


def facts(adapter: AdapterAnnounced, adapters: Adapters) -> Iterator[tuple[str, str]]:
    """Lineage and cost of one adapter, each under its name."""
    yield "adapter", adapter.name
    yield "state", f"{role(adapter, adapters)} since {minute(adapter)}"
    yield "why", adapter.reason or "-"
    yield "kind", f"{adapter.kind}, {megabytes(adapter)} MB"
    yield "knows until", f"{adapter.cutoff.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield "learned", f"{adapter.examples:,} examples from {adapter.documents:,} documents"
    yield "training", registry.unfinished(adapter.training) or f"{adapter.training.steps} steps"
    yield "base", f"{adapter.base_model}, sha256 {adapter.base_sha256}"
    yield "weights", f"sha256 {adapter.weights_sha256}"
    yield "configuration", f"sha256 {adapter.config_sha256}" if adapter.config_sha256 else "not hashed"
    yield "dataset", f"sha256 {adapter.dataset_sha256}"
    yield "lies at", masked(adapter.location)
    cost = adapter.cost or Cost(seconds=adapter.training.seconds, tokens=adapter.training.tokens)
    yield "cost", cost_in_words(cost) + ("" if adapter.cost else " (the training alone)")


def cost_in_words(cost: Cost) -> str:
    """Seconds and tokens; energy and money where they are known."""
    parts = [f"{cost.seconds:,.0f} s"] + ([f"{cost.tokens:,} tokens"] if cost.tokens else [])
    parts += [f"about {cost.kwh:.3f} kWh"] if cost.kwh is not None else []
    parts += [f"about {cost.money:.2f} {cost.currency}"] if cost.money is not None else []
    return ", ".join(parts)


def measured(gate: GateResult) -> str:
    """What a gate measured with its interval and n; why not, where it measured nothing."""
    if gate.value is None or gate.ci95 is None:
        return gate.reason
    return f"{gate.value:.3g} ({gate.ci95[0]:.3g} to {gate.ci95[1]:.3g}), n = {gate.n}"


def against(gate: GateResult) -> str:
    """How others did on the same questions, and the change."""
    is_ratio = "perplexity" in gate.name
    sign, by = ("", "times") if is_ratio else ("+", "change")
    return "; ".join(
        f"{other.adapter or other.speaker} {other.value:.3g}, {by} {other.change:{sign}.2f} "
        f"({other.ci95[0]:{sign}.2f} to {other.ci95[1]:{sign}.2f})"
        for other in gate.against
    )


def gates_in_short(gates: Sequence[GateResult]) -> str:
    """Which failed, or how many passed."""
    failed = [gate.name for gate in gates if gate.verdict == "failed"]
    passed = sum(gate.verdict == "passed" for gate in gates)
    if not gates:
        return "not run"
    return f"failed: {', '.join(failed)}" if failed else f"{passed} passed of {len(gates)}"


def megabytes(adapter: AdapterAnnounced) -> str:
    """Of its weights on disk, in 10^6 bytes."""
    return "-" if adapter.weights_bytes is None else f"{adapter.weights_bytes / 1e6:.1f}"


def minute(adapter: AdapterAnnounced) -> str:
    """Since when it is in its state."""
    return f"{adapter.since:%Y-%m-%d %H:%M}"


def _state(adapter: AdapterAnnounced, adapters: Adapters) -> str:
    if adapter.state != "serving":
        return adapter.state
    speaks = registry.speaking(registry.of_track(adapters, adapter.track))
    return "serving: speaks" if speaks and speaks.name == adapter.name else "serving: stands by"
