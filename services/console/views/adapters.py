"""Adapters on the terminal: all of them in a table, one with its gates, two side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.console import output
from shared.adapters import registry, wording
from shared.adapters.registry import Adapters
from shared.messages import AdapterAnnounced, Result


@dataclass(frozen=True)
class Spoken:
    """How many answers name an adapter, and when the last of them was scored."""

    answers: int
    last: datetime


def show_list(adapters: Adapters, spoken: Mapping[str, Spoken] | None = None) -> None:
    """A table, the newest change first; `spoken` adds what each has answered."""
    heads = ["adapter", "track", "kind", "MB", "state", "knows until", "documents", "since", "gates"]
    rows = [
        [
            adapter.name,
            adapter.track,
            adapter.kind,
            wording.megabytes(adapter),
            wording.role(adapter, adapters),
            f"{adapter.cutoff:%Y-%m-%d}",
            adapter.documents,
            wording.minute(adapter),
            wording.gates_in_short(adapter.gates),
        ]
        + ([] if spoken is None else _said(spoken.get(adapter.name)))
        for adapter in wording.newest_first(adapters)
    ]
    output.table(
        "", heads + ([] if spoken is None else ["answers", "last"]), rows, right=["MB", "documents", "answers"]
    )
    for adapter in wording.newest_first(adapters):
        if adapter.reason:
            output.say(f"{adapter.name}: {adapter.reason}")


def show_one(adapter: AdapterAnnounced, adapters: Adapters) -> None:
    """Lineage, cost and every gate of one adapter."""
    for name, value in wording.facts(adapter, adapters):
        output.say(f"{name + ':':<12}{value}")
    if adapter.gates:
        rows = [
            [gate.name, gate.verdict, wording.measured(gate), wording.against(gate), gate.threshold]
            for gate in adapter.gates
        ]
        output.table("", ["gate", "verdict", "value (95 %)", "against", "asked for"], rows)


def show_differences(first: AdapterAnnounced, second: AdapterAnnounced) -> None:
    """Two adapters side by side."""
    output.table("", ["", first.name, second.name], list(registry.differences(first, second)))


def spoken_in(results: Iterable[Result]) -> dict[str, Spoken]:
    """Adapter -> its answers in these results."""
    spoken: dict[str, Spoken] = {}
    for result in results:
        for scored in result.answers.values():
            if (ref := scored.answer.adapter) is not None:
                known = spoken.get(ref.name, Spoken(0, result.scored_at))
                spoken[ref.name] = Spoken(known.answers + 1, max(known.last, result.scored_at))
    return spoken


def _said(spoken: Spoken | None) -> list[object]:
    return [spoken.answers, f"{spoken.last:%Y-%m-%d %H:%M}"] if spoken else [0, "-"]
