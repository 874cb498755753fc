"""Accuracy against a quantity of the question, in bins of about equal numbers of questions.

The age curve: age is the time of publication of the newest gold document minus the cutoff of the adapter that the
question met; below 0 the tuned model may have learned it, above 0 it cannot have. The freshness curve: how long the
newest gold document had been findable when the question was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shared.lab.report.material import DocumentTimes, Material
from shared.lab.report.scores import Scores, intervals_of, within
from shared.messages import Result
from shared.statistics.intervals import Interval

MOST_BINS, FEWEST = 4, 8  # on each side of 0; questions in a bin
UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Bin:
    """Questions between `low` and `high` (both met), `middle` being their median; arm -> share right."""

    low: float
    middle: float
    high: float
    n: int
    right: Mapping[str, Interval]


@dataclass(frozen=True)
class Curve:
    """`unknown`: why questions are in no bin -> how many. `lacking`: why there are no bins, where there are none."""

    unit: str
    bins: tuple[Bin, ...]
    n: int
    unknown: Mapping[str, int]
    lacking: str = ""


AxisValue = Callable[[Result, Sequence[DocumentTimes]], float | str]


def age_curve(material: Material, is_right: Scores, clusters: Mapping[str, str]) -> Curve:
    """In days after the adapter's cutoff. A bin lies on one side of the cutoff."""
    return _curve(material, is_right, clusters, place=_age_days, unit="days")


def freshness_curve(material: Material, is_right: Scores, clusters: Mapping[str, str]) -> Curve:
    """Since the newest gold document could be found, when the broker took the question; in a unit that reads well."""
    seconds = sorted(map(abs, places(material, _findable_s)[0].values())) or [0.0]
    typical = seconds[len(seconds) // 2]
    unit, length = next((name, length) for name, length in UNITS if typical >= 2 * length or length == 1)

    def place(result: Result, gold: Sequence[DocumentTimes]) -> float | str:
        seconds_or_reason = _findable_s(result, gold)
        return seconds_or_reason if isinstance(seconds_or_reason, str) else seconds_or_reason / length

    return _curve(material, is_right, clusters, place=place, unit=unit)


def places(material: Material, place: AxisValue) -> tuple[dict[str, float], dict[str, int]]:
    """Where each question lies, by question id, and why the others lie nowhere."""
    known: dict[str, float] = {}
    unknown: dict[str, int] = {}
    for result in material.results:
        value_or_reason = _placed(result, material.times.by_document, place)
        if isinstance(value_or_reason, str):
            unknown[value_or_reason] = unknown.get(value_or_reason, 0) + 1
        else:
            known[result.question.question_id] = value_or_reason
    return known, unknown


def ages(material: Material) -> dict[str, float]:
    """The age of each question whose age is known, in days."""
    return places(material, _age_days)[0]


def _curve(material: Material, is_right: Scores, clusters: Mapping[str, str], *, place: AxisValue, unit: str) -> Curve:
    known, unknown = places(material, place)
    scored = {name: known[name] for name in known if any(name in values for values in is_right.values())}
    if len(known) > len(scored):
        unknown["the question was not scored"] = len(known) - len(scored)
    if not scored:
        return Curve(unit, (), 0, unknown, material.times.lacking or _main_reason(unknown))
    groups = [*_cut({n: x for n, x in scored.items() if x <= 0}), *_cut({n: x for n, x in scored.items() if x > 0})]
    bins = tuple(_bin({name: scored[name] for name in group}, is_right, clusters) for group in groups)
    return Curve(unit, bins, len(scored), unknown)


def _main_reason(unknown: Mapping[str, int]) -> str:
    return max(unknown, key=lambda reason: unknown[reason]) if unknown else "there are no results"


def _cut(placed: Mapping[str, float]) -> list[list[str]]:
    """Up to `MOST_BINS` bins of about equal size, at least `FEWEST` questions each; equal values stay together."""
    if not placed:
        return []
    wanted = max(1, min(MOST_BINS, len(placed) // FEWEST))
    edges = np.quantile(list(placed.values()), np.linspace(0, 1, wanted + 1)[1:-1])
    numbers = {name: int(np.searchsorted(edges, value)) for name, value in placed.items()}
    return [[name for name in sorted(placed) if numbers[name] == number] for number in sorted(set(numbers.values()))]


def _bin(placed: Mapping[str, float], is_right: Scores, clusters: Mapping[str, str]) -> Bin:
    columns = {arm: column for arm, values in is_right.items() if (column := within(values, placed))}
    spread = sorted(placed.values())
    return Bin(spread[0], float(np.median(spread)), spread[-1], len(placed), intervals_of(columns, clusters))


def _placed(result: Result, times: Mapping[str, DocumentTimes], place: AxisValue) -> float | str:
    gold = result.question.gold_document_ids
    if not gold:
        return "the question names no gold document"
    known = [times[name] for name in gold if name in times]
    if len(known) < len(gold):
        return "nothing is known of a gold document"
    return place(result, known)


def _age_days(result: Result, gold: Sequence[DocumentTimes]) -> float | str:
    cutoffs = {scored.answer.adapter.cutoff for scored in result.answers.values() if scored.answer.adapter}
    if not cutoffs:
        return "no answer came from an adapter"
    published = _newest([document.published_at for document in gold])
    if published is None:
        return "the time of publication is not known"
    if published > result.asked_at:
        return "a gold document changed after the question was asked"
    return (published - max(cutoffs)) / DAY


def _findable_s(result: Result, gold: Sequence[DocumentTimes]) -> float | str:
    findable = _newest([document.findable_at for document in gold])
    if findable is None:
        return "when the document could be found is not known"
    return (result.asked_at - findable) / SECOND


def _newest(moments: Sequence[datetime | None]) -> datetime | None:
    """The latest, since an answer from several documents needs the last of them; None where one is not known."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None
