"""Evaluating answers: how far the scorer's job is, and the report of every setting's systems that it ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job, JobModel
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval

Happened = Annotated[int, Field(exclude_if=lambda number: number == 0)]
"""A number of answers; what became of none is not written."""
Means = Mapping[str, Interval]
"""By measure, as far as it applies to any question."""


class Outcomes(JobModel):
    """What became of a system's answers: the first five add up to the questions.

    `rightly` are abstentions where that was right, `empty` the wrong answers that have no text.
    """

    right: Happened = 0
    wrong: Happened = 0
    abstained: Happened = 0
    failed: Happened = 0
    missing: Happened = 0
    rightly: int
    empty: int


class SystemScored(JobModel):
    """One system over all questions of a setting."""

    outcomes: Outcomes
    measures: Means


class SliceScored(JobModel):
    """Every system over the questions of one slice."""

    questions: int
    systems: Mapping[str, Means]


@dataclass(frozen=True)
class SystemsCompared(Comparison):
    """A comparison with the name of the system that is better, and all that in words."""

    winner: str | None = None
    sentence: str = ""


class LeftOut(JobModel):
    """Predictions that are not scored: why, how many of each system, and in all."""

    reason: str
    systems: Mapping[str, int]
    predictions: int


class Setting(JobModel):
    """The systems of one setting over the same questions; `clusters` is None where every question stands alone."""

    questions: int
    clusters: int | None
    systems: Mapping[str, SystemScored]
    slices: Mapping[str, SliceScored]
    comparisons: Sequence[SystemsCompared]
    not_compared: Sequence[str]
    left_out: Sequence[LeftOut]
    repeated: Sequence[str]


class AnswersReport(JobModel):
    """Every setting, with what was read and by which measures it was scored; `margin` is None where nobody set one."""

    files: Sequence[str]
    formats: Sequence[str]
    predictions: int
    notes: Sequence[str]
    metric_versions: Mapping[str, str]
    decides: str
    draws: int
    margin: float | None
    without_values: Sequence[str]
    settings: Mapping[str, Setting]


class PredictionsScored(Event):
    """How many predictions are scored."""

    event: Literal["scored"] = "scored"
    done: int
    total: int


class SettingsCompared(Event):
    """In how many settings the systems are compared."""

    event: Literal["compared"] = "compared"
    done: int
    total: int


class AnswersEvaluated(Event):
    """The last line."""

    event: Literal["done"] = "done"
    report: AnswersReport


JOB = Job[PredictionsScored | SettingsCompared | AnswersEvaluated](
    "services.scorer.evaluation",
    TypeAdapter(Annotated[PredictionsScored | SettingsCompared | AnswersEvaluated, Field(discriminator="event")]),
)
