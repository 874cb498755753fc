"""What gates said, left beside the weights: for programs, and in the model card for people."""

import json
from collections.abc import Sequence
from pathlib import Path

from shared.messages import GateResult

FILE, CARD = "gates.json", "README.md"
HEADS = "\n## Gates\n\n| gate | verdict | value (95 %) | n | asked for |\n|---|---|---|---|---|\n"


def write(folder: Path, results: Sequence[GateResult]) -> None:
    """Write `gates.json`, and add a table to the card where there is one."""
    told = [one.model_dump(mode="json", exclude={"version"}) for one in results]
    (folder / FILE).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    card = folder / CARD
    if card.is_file():
        before = card.read_text(encoding="utf-8").partition(HEADS)[0]
        card.write_text(before + HEADS + "".join(map(_row, results)), encoding="utf-8")


def _row(gate: GateResult) -> str:
    value = "-"
    if gate.value is not None and gate.ci95 is not None:
        value = f"{gate.value:.3g} ({gate.ci95[0]:.3g} to {gate.ci95[1]:.3g})"
    return f"| {gate.name} | {gate.verdict} | {value} | {gate.n} | {gate.threshold} |\n"
