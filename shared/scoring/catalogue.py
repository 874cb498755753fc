"""Every measure that there is, by name, and what follows from their descriptions: what is counted, shown, compared."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from math import isnan

from shared import plugins
from shared.scoring.measure import Measure, Metric, Shown
from shared.settings import EncoderSettings

MEASURES = "shared.measures"
HEADLINE = "right"
"""The measure by which arms are ranked and compared first; it applies to questions that have an accepted answer."""
RIGHTLY, WRONGLY = "rightly_abstained", "wrongly_abstained"
"""Keeping silent where no document has an answer, and where one has."""
UNANSWERED: Mapping[str, Measure] = {
    "failed": Measure("failed", version="", better="lower", shown=Shown(70, live=True)),
    "missing": Measure("missing", version="", better="lower", shown=Shown(80, live=True)),
}
"""What no metric scores: shares of all questions, counted from the states of answers."""
STATES = ("abstained", *UNANSWERED)
"""What may become of a question beside an answer: `marks_of` counts each as a share of all questions."""


def is_right(headline: float) -> bool:
    """Whether an answer with this value of the headline counts as right: at least a half (`right` itself is 0 or 1)."""
    return headline >= 0.5


def load(names: Sequence[str], encoder: EncoderSettings) -> dict[str, Metric]:
    """Build the named metrics; raises ValueError for a name that is no file in shared/measures."""
    return {name: plugins.load(MEASURES, name)(encoder) for name in names}


@cache
def described() -> Mapping[str, Measure]:
    """Name -> description, of every file in shared/measures and of `UNANSWERED`."""
    measures = {name: import_module(f"{MEASURES}.{name}").MEASURE for name in plugins.names(MEASURES)}
    return {**measures, **UNANSWERED}


def counted() -> tuple[str, ...]:
    """What a scorer counts that is not told otherwise, by name."""
    return tuple(sorted(name for name, measure in described().items() if measure.counted))


def shown() -> dict[str, Shown]:
    """What tables of arms show, in their order."""
    columns = {name: measure.shown for name, measure in described().items() if measure.shown}
    return dict(sorted(columns.items(), key=lambda item: (item[1].place, item[0])))


def compared() -> tuple[str, ...]:
    """What every pair of arms is compared by, in the order of tables."""
    return tuple(name for name, column in shown().items() if column.does)


def does(name: str) -> str:
    """What an arm does that scores 1 by a measure of `compared`."""
    return shown()[name].does


def of_texts() -> frozenset[str]:
    """Measures of the evidence's texts, which are there when an answer comes and never again."""
    return frozenset(name for name, measure in described().items() if measure.evidence == "texts")


def where(better: str) -> frozenset[str]:
    """Measures of which this is better: higher, lower or neither."""
    return frozenset(name for name, measure in described().items() if measure.better == better)


def heading(name: str) -> str:
    """How a table heads the measure's column; its name where it is not known here."""
    return described()[name].heading if name in described() else name


def hold_within_range(scores: Mapping[str, float | None], place: str) -> None:
    """Raise RuntimeError for a score outside its measure's range, which would spoil every average it enters."""
    for name, value in scores.items():
        low, high = described()[name].range if name in described() else (0.0, 1.0)
        if value is not None and (isnan(value) or not low <= value <= high):
            raise RuntimeError(f"metric {name} gave {value} for {place}: not within [{low:g}, {high:g}]")
