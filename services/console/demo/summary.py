"""The numbers of a trial, from its results: what `summary.json` holds."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from services.console.books import Audit
from shared.messages import Result, Standing
from shared.standings import standings

ARMS = ("base", "base+rag", "tuned", "tuned+rag")
SHOWN = ("exact_match", "f1", "contains", "correct", "abstained", "failed", "missing", "outdated")


def of_results(results: Sequence[Result], arms: Sequence[str] = ARMS) -> dict[str, Any]:
    """Counts, scores of each arm on each slice with 95 % intervals, and latencies."""
    return {
        "questions": len(results),
        "results": len(results),
        "missing_answers": sum(len(result.missing) for result in results),
        "arms": _arms(standings(results, arms), arms),
        "latency_ms": {arm: percentiles(_latencies(results, arm)) for arm in arms},
    }


def of_trial(
    results: Sequence[Result], *, asked: int, freshness_ms: Sequence[float], tuning: dict[str, Any], audit: Audit
) -> dict[str, Any]:
    """Everything that a whole trial measured."""
    return of_results(results) | {
        "questions": asked,
        "freshness_ms": percentiles(freshness_ms),
        "tuning": tuning,
        "audit": audit.as_dict(),
    }


def percentiles(values: Iterable[float]) -> dict[str, float | None]:
    """Median and 99th percentile; null where there are no values."""
    known = list(values)
    if not known:
        return {"p50": None, "p99": None}
    p50, p99 = np.percentile(known, [50, 99])
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1)}


def _latencies(results: Iterable[Result], arm: str) -> list[float]:
    """How long questioners waited for answers that were given; failures are not latencies."""
    scored = [result.answers[arm] for result in results if arm in result.answers]
    return [one.latency_ms for one in scored if one.answer.status != "failed"]


def _arms(found: Sequence[Standing], arms: Sequence[str]) -> dict[str, Any]:
    return {arm: {standing.slice: _cell(standing, arm) for standing in found} for arm in arms}


def _cell(standing: Standing, arm: str) -> dict[str, Any]:
    """Means of one arm on one slice; null where a metric does not apply, such as F1 where abstaining is right."""
    estimates = standing.arms[arm]
    cell: dict[str, Any] = {"n": estimates["missing"].n if "missing" in estimates else 0}
    for metric in SHOWN:
        estimate = estimates.get(metric)
        cell[metric] = None if estimate is None else round(estimate.mean, 4)
        if metric in ("f1", "correct"):
            cell[f"{metric}_ci95"] = None if estimate is None else [round(bound, 4) for bound in estimate.ci95]
    return cell
