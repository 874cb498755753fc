"""Writing a trial down: `results.jsonl`, `summary.json` and `report.md`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.console import scoreboard
from services.console.demo import verdict
from shared.messages import Result


def write(folder: Path, results: Sequence[Result], counted: dict[str, Any]) -> None:
    """Write the three files; whatever stood there before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [result.model_dump_json() + "\n" for result in results]
    (folder / "results.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(counted, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.md").write_text("\n".join(_report(results, counted)) + "\n", encoding="utf-8")


def _report(results: Sequence[Result], counted: dict[str, Any]) -> Iterator[str]:
    yield from ("# Retrieval against memory", "")
    yield from (f"- {sentence}" for sentence in verdict.sentences(results))
    yield from ("", "## Scores", "", *_table(scoreboard.HEADS, scoreboard.rows(counted)), "")
    yield f"{scoreboard.LEGEND}\n"
    yield from _costs(counted)
    yield from _provenance(results)


def _costs(counted: dict[str, Any]) -> Iterator[str]:
    fresh, tuning, audit = counted["freshness_ms"], counted["tuning"], counted["audit"]
    yield from ("## What each side costs to keep current", "")
    yield f"- Retrieval: a document is findable {fresh['p50']} ms after publication (median; p99 {fresh['p99']} ms)."
    yield (
        f"- Memory: {tuning['seconds']:.0f} s of training on {tuning['tokens']} tokens in {tuning['steps']} steps, "
        f"final loss {tuning['final_loss']:.2f}; it knows nothing after its cutoff."
    )
    yield f"- {scoreboard.waits(counted)}"
    yield ""
    shown = audit | {"unaccounted": len(audit["unaccounted"])}
    yield from ("## Audit", "", *_table(["", "count"], ([key, str(value)] for key, value in shown.items())), "")


def _provenance(results: Sequence[Result]) -> Iterator[str]:
    """Which models, adapters, prompts and metric versions stand behind the numbers."""
    answers = [scored.answer for result in results for scored in result.answers.values()]
    cells = {
        (one.arm, one.model, one.adapter.name if one.adapter else "-", one.backend, one.prompt_version)
        for one in answers
        if one.status != "failed"
    }
    yield from ("## Provenance", "", *_table(["arm", "model", "adapter", "backend", "prompt"], sorted(cells)), "")
    yield ""
    versions = results[-1].metric_versions if results else {}
    yield f"Metric versions: {', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    yield from (f"| {' | '.join(row)} |" for row in rows)
