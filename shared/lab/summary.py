"""The numbers of a trial, from its results: what `summary.json` holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import PlainSerializer, model_serializer

from shared.jobs.events import IfKnown, JobModel
from shared.jobs.tuning import AdapterReport
from shared.lab.accounting import Audit
from shared.lab.freshness import Quantiles
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, cell, count
from shared.lab.report.table import Cell
from shared.lab.reviewing.counting import Review
from shared.messages import Result
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE, RIGHTLY, STATES
from shared.statistics.intervals import Interval

Limits = tuple[float, float]


class Percentiles(JobModel):
    """Median and 99th percentile; None where there are no values."""

    p50: float | None = None
    p99: float | None = None


class ArmOnSlice(JobModel):
    """Means of one arm on one slice by metric, None where it does not apply, such as F1 where abstaining is right.

    n: questions put to it; of them `answerable` have an accepted answer, and `unanswerable` are better declined.
    `limits` are those of 95 % intervals, of the metrics that have them. In JSON `f1_ci95` stands beside `f1`.
    """

    n: int
    answerable: int
    unanswerable: int
    means: Mapping[str, float | None]
    limits: Mapping[str, Limits | None]

    @model_serializer
    def _flat(self) -> dict[str, int | float | Limits | None]:
        flat: dict[str, int | float | Limits | None] = {
            "n": self.n,
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
        }
        for metric, mean in self.means.items():
            flat[metric] = mean
            if metric in self.limits:
                flat[f"{metric}_ci95"] = self.limits[metric]
        return flat


class Summary(JobModel):
    """Counts, scores of each arm on each slice, and how long answers took: an arm's own time, its queue, and both."""

    questions: int
    results: int
    missing_answers: int
    arms: Mapping[str, Mapping[str, ArmOnSlice]]
    own_ms: Mapping[str, Percentiles]
    queue_ms: Mapping[str, Percentiles]
    latency_ms: Mapping[str, Percentiles]


class TrialSummary(Summary):
    """Everything that a whole trial measured; `tuning` is the first of its trainings.

    `review`: what a person who read some of its questions found, where somebody did. `taught_share`: of the facts that
    its first edition has, how many the pairs teach, where questions ask after the rest too.
    """

    freshness_ms: Percentiles
    tuning: AdapterReport
    tunings: tuple[AdapterReport, ...]
    audit: Annotated[Audit, PlainSerializer(Audit.as_dict)]
    review: IfKnown[Review] = None
    taught_share: IfKnown[float] = None


def of_results(results: Sequence[Result], arms: Sequence[str] = ()) -> Summary:
    """Counts, scores of each arm on each slice with 95 % intervals, and latencies."""
    return of_numbers(count(gather(results, read_from="results")), arms)


def of_numbers(numbers: Numbers, arms: Sequence[str] = ()) -> Summary:
    """The same of a report's numbers, of all arms of their contest where none are named; n = 0 of those not asked."""
    arms = arms or numbers.provenance.contest.arm_names
    return Summary(
        questions=numbers.provenance.questions,
        results=numbers.provenance.questions,
        missing_answers=sum(kind["missing"] for arm_outcomes in numbers.outcomes for kind in arm_outcomes.kinds),
        arms={arm: {name: _on_slice(cell(numbers, arm, name)) for name in numbers.slices} for arm in arms},
        own_ms={arm: _took(numbers, arm, "own") for arm in arms},
        queue_ms={arm: _took(numbers, arm, "queue") for arm in arms},
        latency_ms={arm: _took(numbers, arm, "latency") for arm in arms},
    )


def of_trial(
    numbers: Numbers,
    *,
    asked: int,
    freshness_ms: Sequence[float],
    tunings: Sequence[AdapterReport],
    audit: Audit,
    review: Review | None = None,
    taught_share: float | None = None,
) -> TrialSummary:
    """The same with what a whole trial measured beside; `asked` counts its questions."""
    return TrialSummary(
        **(dict(of_numbers(numbers)) | {"questions": asked}),
        freshness_ms=percentiles(freshness_ms),
        tuning=tunings[0],
        tunings=tuple(tunings),
        audit=audit,
        review=review,
        taught_share=taught_share,
    )


def write(folder: Path, runs: Mapping[str, Sequence[Result]], summary: JobModel, *, apart: bool | None = None) -> None:
    """Write `summary.json` and `results.jsonl`; replaces both.

    With `apart`, which several runs always are, each has its results in the folder of its name.
    """
    for name, results in runs.items():
        place = folder / name if apart or len(runs) > 1 else folder
        place.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{result.model_dump_json()}\n" for result in results)
        (place / "results.jsonl").write_text(text, encoding="utf-8")
    text = json.dumps(summary.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def percentiles(values: Iterable[float]) -> Percentiles:
    """Of these values, to one decimal."""
    known = list(values)
    if not known:
        return Percentiles()
    p50, p99 = np.percentile(known, [50, 99])
    return Percentiles(p50=round(float(p50), 1), p99=round(float(p99), 1))


def _took(numbers: Numbers, arm: str, part: Literal["own", "queue", "latency"]) -> Percentiles:
    """Of answers that were given; failures are not latencies."""
    times = {cost.arm: {"own": cost.own, "queue": cost.queue, "latency": cost.latency} for cost in numbers.costs}
    took = times[arm][part] if arm in times else Quantiles(0)
    return Percentiles(p50=took.p50, p99=took.p99)


def _on_slice(counted: Cell | None) -> ArmOnSlice:
    shown, scores = catalogue.shown(), counted.scores if counted else {}
    return ArmOnSlice(
        n=counted.asked if counted else 0,
        answerable=_counted(scores.get(HEADLINE)),
        unanswerable=_counted(scores.get(RIGHTLY)),
        means={metric: _mean(scores.get(metric)) for metric in shown},
        limits={
            metric: _limits(scores.get(metric))
            for metric, column in shown.items()
            if column.live and metric not in STATES
        },
    )


def _counted(interval: Interval | None) -> int:
    return interval.n if interval else 0


def _mean(interval: Interval | None) -> float | None:
    return None if interval is None or interval.mean is None else round(interval.mean, 4)


def _limits(interval: Interval | None) -> Limits | None:
    return None if interval is None else (round(interval.low, 4), round(interval.high, 4))
