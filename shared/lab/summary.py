"""The numbers of a trial, from its results: what `summary.json` holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shared.contests.files import shipped
from shared.jobs.tuning import AdapterReport
from shared.lab.accounting import Audit
from shared.lab.freshness import Quantiles
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, cell, count
from shared.lab.report.table import Cell
from shared.messages import Result
from shared.scoring import catalogue
from shared.scoring.catalogue import STATES

ARMS = shipped().arm_names
"""Of the shipped contest."""


def of_results(results: Sequence[Result], arms: Sequence[str] = ARMS) -> dict[str, Any]:
    """Counts, scores of each arm on each slice with 95 % intervals, and latencies."""
    return of_numbers(count(gather(results, read_from="results")), arms)


def of_numbers(numbers: Numbers, arms: Sequence[str] = ARMS) -> dict[str, Any]:
    """The same of a report's numbers; `arms` that were not asked have n = 0."""
    return {
        "questions": numbers.provenance.questions,
        "results": numbers.provenance.questions,
        "missing_answers": sum(kind["missing"] for one in numbers.outcomes for kind in one.kinds),
        "arms": {arm: {name: _cell(cell(numbers, arm, name)) for name in numbers.slices} for arm in arms},
        "latency_ms": {arm: _latency(numbers, arm) for arm in arms},
    }


def of_trial(
    numbers: Numbers, *, asked: int, freshness_ms: Sequence[float], tunings: Sequence[AdapterReport], audit: Audit
) -> dict[str, Any]:
    """Everything that a whole trial measured; `tuning` is the first of its trainings."""
    reports = [tuning.model_dump(mode="json") for tuning in tunings]
    return of_numbers(numbers) | {
        "questions": asked,
        "freshness_ms": percentiles(freshness_ms),
        "tuning": reports[0],
        "tunings": reports,
        "audit": audit.as_dict(),
    }


def write(folder: Path, runs: Mapping[str, Sequence[Result]], counted: Mapping[str, Any]) -> None:
    """Write `summary.json` and `results.jsonl`, of several runs each in the folder of its name; replaces both."""
    for name, results in runs.items():
        place = folder / name if len(runs) > 1 else folder
        place.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{one.model_dump_json()}\n" for one in results)
        (place / "results.jsonl").write_text(text, encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(counted, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def percentiles(values: Iterable[float]) -> dict[str, float | None]:
    """Median and 99th percentile; null where there are no values."""
    known = list(values)
    if not known:
        return {"p50": None, "p99": None}
    p50, p99 = np.percentile(known, [50, 99])
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1)}


def _latency(numbers: Numbers, arm: str) -> dict[str, float | None]:
    """How long questioners waited for answers that were given; failures are not latencies."""
    waits = next((one.latency for one in numbers.costs if one.arm == arm), Quantiles(0))
    return {"p50": waits.p50, "p99": waits.p99}


def _cell(found: Cell | None) -> dict[str, Any]:
    """Means of one arm on one slice; null where a metric does not apply, such as F1 where abstaining is right."""
    shown: dict[str, Any] = {"n": found.asked if found else 0}
    for metric, how in catalogue.shown().items():
        estimate = found.scores.get(metric) if found else None
        shown[metric] = None if estimate is None or estimate.mean is None else round(estimate.mean, 4)
        if how.live and metric not in STATES:
            shown[f"{metric}_ci95"] = estimate and [round(estimate.low, 4), round(estimate.high, 4)]
    return shown
