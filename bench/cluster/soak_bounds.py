"""What a soak must hold: how samples grew after a warm-up, with an interval, against bounds that are said here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Sample = Mapping[str, Any]
WINDOW_S, BLOCKS = 5_400.0, 20
"""Growth is told for so long; the time after the warm-up is cut into so many blocks, each of which counts once."""
MEMORY_SHARE, MEMORY_MIB = 0.05, 10.0
THREADS, HANDLES, SERVER_SHARE = 2.0, 5.0, 0.10
"""Allowed in 90 minutes: of a service's memory the larger of both; what fewer come to is no growth. Servers have
hundreds of threads and open files that come and go, of which a tenth."""
LAG_RECORDS, LAG_S = 64, 30.0
"""The largest batch of any service, and what it may take where other work holds the processor."""
FRESHNESS_TIMES, FRESHNESS_MS = 2.0, 1_000.0
SERVERS = ("kafka", "cassandra")
T_95 = 2.101
"""Student's t, 18 degrees of freedom, two-sided 95 %: of a line through 20 blocks."""


@dataclass(frozen=True)
class Growth:
    """By how much a measure grows in 90 minutes, with its 95 % interval; `start`: where the line begins."""

    start: float
    grows: float
    low: float
    high: float


@dataclass(frozen=True)
class Bound:
    """One thing that must hold. `told`: what was measured, in words."""

    what: str
    allowed: str
    told: str
    holds: bool


def growth(times: Sequence[float], values: Sequence[float]) -> Growth:
    """The line by least squares through the medians of 20 blocks of time; ValueError where there are fewer samples."""
    if len(times) < BLOCKS:
        raise ValueError(f"{len(times)} samples after the warm-up, {BLOCKS} are needed: run it for longer")
    at = np.array([np.mean(block) for block in np.array_split(np.asarray(times, float), BLOCKS)])
    of = np.array([np.median(block) for block in np.array_split(np.asarray(values, float), BLOCKS)])
    slope, _ = np.polyfit(at, of, 1)
    start = float(of.mean() + slope * (at[0] - at.mean()))
    rest = of - of.mean() - slope * (at - at.mean())
    error = float(np.sqrt((rest**2).sum() / (BLOCKS - 2) / ((at - at.mean()) ** 2).sum()))
    return Growth(
        start, *(round(float(WINDOW_S * rate), 3) for rate in (slope, slope - T_95 * error, slope + T_95 * error))
    )


def warm(samples: Sequence[Sample], warm_s: float) -> list[Sample]:
    """Those after the warm-up."""
    return [sample for sample in samples if sample["at_s"] >= warm_s]


def grown(samples: Sequence[Sample], measure: str) -> dict[str, Growth]:
    """Of each process that lived long enough; of one that was started again, of the time in which it lived longest."""
    stretches = {name: _longest(samples, name) for name in sorted({name for of in samples for name in of["processes"]})}
    return {
        name: growth([sample["at_s"] for sample in stretch], [sample["processes"][name][measure] for sample in stretch])
        for name, stretch in stretches.items()
        if len(stretch) >= BLOCKS
    }


def _longest(samples: Sequence[Sample], name: str) -> list[Sample]:
    """The samples of the process of this name that has most of them."""
    seen = [sample for sample in samples if name in sample["processes"]]
    pids = Counter(sample["processes"][name]["pid"] for sample in seen)
    [(most, _)] = pids.most_common(1)
    return [sample for sample in seen if sample["processes"][name]["pid"] == most]


def allowed(measure: str, name: str, start: float) -> float:
    """How much a process's measure may grow in 90 minutes; infinite for a server's memory, which its heap bounds."""
    if measure in {"rss_mib", "anonymous_mib"}:
        return float("inf") if name in SERVERS else max(MEMORY_MIB, MEMORY_SHARE * start)
    least = THREADS if measure == "threads" else HANDLES
    return max(least, SERVER_SHARE * start) if name in SERVERS else least


def judged(samples: Sequence[Sample], ended: Mapping[str, Any], warm_s: float) -> list[Bound]:
    """Every bound. `ended`: what was counted after the load; of a run that was cut short it is empty."""
    counted = warm(samples, warm_s)
    return [*_growths(counted), *_lags(counted), _alive(samples), _freshness(counted), *_ended(ended)]


def _growths(samples: Sequence[Sample]) -> Iterator[Bound]:
    for measure in ("anonymous_mib", "rss_mib", "threads", "handles"):
        for name, grew in grown(samples, measure).items():
            most = allowed(measure, name, grew.start)
            told = f"{grew.grows:+.1f} ({grew.low:+.1f} to {grew.high:+.1f}) from {grew.start:.0f}"
            yield Bound(f"{measure} of {name}, growth in 90 min", f"under {most:.1f}", told, grew.high < most)


def _lags(samples: Sequence[Sample]) -> Iterator[Bound]:
    for unit, most in (("records", LAG_RECORDS), ("seconds", LAG_S)):
        for group in sorted({group for sample in samples for group in sample["lags"]}):
            values = [sample["lags"].get(group, {}).get(unit, 0.0) for sample in samples]
            most_often = float(np.percentile(values, 99))
            told = f"p99 {most_often:.1f}, most {max(values):.1f}"
            yield Bound(f"lag of {group} in {unit}", f"p99 under {most}", told, most_often < most)


def _alive(samples: Sequence[Sample]) -> Bound:
    """The same processes from the first sample to the last."""
    pids = [{name: of["pid"] for name, of in sample["processes"].items()} for sample in samples]
    gone = sorted({name for other in pids for name in pids[0] if other.get(name) != pids[0][name]})
    return Bound("processes", "all live", f"{len(pids[0])} processes, gone: {', '.join(gone) or 'none'}", not gone)


def _freshness(samples: Sequence[Sample]) -> Bound:
    """The first and the last third of the time after the warm-up."""
    third = max(1, len(samples) // 3)
    early, late = (
        [ms for sample in part for ms in sample["freshness_ms"]] for part in (samples[:third], samples[-third:])
    )  # fmt: skip
    if not early or not late:
        return Bound("freshness p99", "", "no document was announced", holds=False)
    before, after = (float(np.percentile(values, 99)) for values in (early, late))
    most = max(FRESHNESS_MS, FRESHNESS_TIMES * before)
    told = f"early {before:.0f} ms (median {np.median(early):.0f}), late {after:.0f} ms (median {np.median(late):.0f})"
    return Bound("freshness p99, last third", f"under {most:.0f} ms", told, after < most)


def _ended(ended: Mapping[str, Any]) -> Iterator[Bound]:
    for what, key, wanted in (
        ("audit", "balanced", True), ("questions without a result", "without_result", 0), ("dead letters", "dead", 0),
    ):  # fmt: skip
        told = ended.get(key, "not counted: the run was cut short")
        yield Bound(what, str(wanted), str(told), told == wanted)
