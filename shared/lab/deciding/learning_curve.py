"""How many examples a training needs: the share of right answers over the size of what was learned, with a fit.

The file `learning_curve.json` has one point for each training. Its log odds of a right answer are taken to rise by as
much with each doubling of the size: logit(right) = a + b log2(size), a quasi-binomial regression (McCullagh and Nelder
1989, chapter 4). A point weighs as many questions as its own limits say, at most those that were asked; what trainings
of one size differ by beyond that widens all limits (Pearson's dispersion, never below 1). Limits are those of the delta
method with Student's t over trainings less two. All trainings answer the same questions, whose luck does not average
out over them: the limits of a level have the questions' own error once more, those of a change do not.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, nan
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.records import reason_of
from shared.statistics.families import LEVEL
from shared.statistics.intervals import Interval
from shared.statistics.resampling import Floats

FILE = "learning_curve.json"
FEWEST_TRAININGS = 3
NORMAL = 1.959964
STEPS = 40
Unit = Literal["pairs", "documents"]


class Point(BaseModel):
    """One training: what it learned from, and which share of n questions its adapter answered rightly."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pairs: int = Field(ge=1, le=10**9)
    documents: int = Field(ge=1, le=10**9)
    tokens: int = Field(ge=0, le=10**15, description="that the training read, passes counted")
    right: float = Field(ge=0, le=1)
    n: int = Field(ge=1, le=10**9, description="questions")
    low: float = Field(ge=0, le=1, description="95 % limits over questions and documents")
    high: float = Field(ge=0, le=1)
    adapter: str = Field(max_length=200)

    @model_validator(mode="after")
    def _lies_within_its_limits(self) -> Self:
        if not self.low <= self.right <= self.high:
            raise ValueError("right: it lies outside of its limits low and high")
        return self

    @property
    def share(self) -> float:
        """Right, away from 0 and 1, where log odds end (half a right and half a wrong answer are added)."""
        return (self.right * self.n + 0.5) / (self.n + 1)

    @property
    def worth_questions(self) -> float:
        """How many independent questions the limits are worth."""
        error = (self.high - self.low) / (2 * NORMAL)
        return min(float(self.n), self.share * (1 - self.share) / error**2) if error > 0 else float(self.n)


class LearningCurve(BaseModel):
    """The file: points in any order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    points: tuple[Point, ...] = Field(min_length=1, max_length=1_000)

    @property
    def unit(self) -> Unit:
        """What the size is counted in: pairs, unless documents alone differ."""
        return "documents" if len({point.pairs for point in self.points}) == 1 else "pairs"

    @property
    def sizes(self) -> list[int]:
        """Of each point."""
        return [point.pairs if self.unit == "pairs" else point.documents for point in self.points]


@dataclass(frozen=True)
class Fit:
    """`now` and `twice`: the mean right share of a training of the largest size, and of twice that; `change`: what
    the second is more. `line`: size -> the same up to twice the largest. Each with 95 % limits, n questions."""

    largest: int
    now: Interval
    twice: Interval
    change: Interval
    line: Sequence[tuple[float, Interval]]

    @property
    def tells_a_slope(self) -> bool:
        """Whether more data makes a difference, one way or the other."""
        return self.change.excludes(0.0)


def read(file: Path) -> LearningCurve:
    """Raises ValueError with what is wrong with the file."""
    try:
        return LearningCurve.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{file} is no learning curve: {reason_of(error)}") from error


def fit(curve: LearningCurve) -> Fit | None:
    """None with fewer than three trainings or one size, of which no line follows."""
    if len(curve.points) < FEWEST_TRAININGS or len(set(curve.sizes)) < 2:
        return None
    largest = max(curve.sizes)
    line, count = _Line(curve), round(float(np.mean([point.n for point in curve.points])))
    sizes = np.geomspace(min(curve.sizes), 2 * largest, STEPS).tolist()
    return Fit(
        largest,
        line.level(largest, count),
        line.level(2 * largest, count),
        line.change(largest, 2 * largest, count),
        [(size, line.level(size, count)) for size in sizes],
    )


class _Line:
    """The regression, with what limits are made of."""

    def __init__(self, curve: LearningCurve) -> None:
        from scipy.stats import t
        from statsmodels.api import GLM
        from statsmodels.genmod.families import Binomial
        from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

        shares = np.array([point.share for point in curve.points])
        weights = np.array([point.worth_questions for point in curve.points])
        rows = np.array([self._row(size) for size in curve.sizes])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerfectSeparationWarning)  # points on the line itself, which is no harm
            fitted = GLM(shares, rows, family=Binomial(), var_weights=weights).fit()
        freedom = len(shares) - 2
        dispersion = max(1.0, float(fitted.pearson_chi2) / freedom)
        self._coefficients: Floats = np.asarray(fitted.params)
        self._covariance: Floats = dispersion * np.asarray(fitted.normalized_cov_params)
        self._of_questions = float(np.mean(1 / (weights * shares * (1 - shares))))
        self._reach = float(t.ppf(1 - LEVEL / 2, freedom))

    @staticmethod
    def _row(size: float) -> Floats:
        return np.array([1.0, log2(size)])

    def level(self, size: float, n: int) -> Interval:
        """Limits on the log odds, so that none leaves 0 to 1."""
        row = self._row(size)
        middle = float(row @ self._coefficients)
        of_fit = float(row @ self._covariance @ row)
        reach = float(np.hypot(self._reach * np.sqrt(of_fit), NORMAL * np.sqrt(self._of_questions)))
        return Interval(n, _share(middle), _share(middle - reach), _share(middle + reach))

    def change(self, before: float, after: float, n: int) -> Interval:
        """From one size to another; not below -1 and not above 1."""
        first, second = (_share(float(self._row(size) @ self._coefficients)) for size in (before, after))
        slope = second * (1 - second) * self._row(after) - first * (1 - first) * self._row(before)
        reach = self._reach * float(np.sqrt(slope @ self._covariance @ slope))
        low, high = second - first - reach, second - first + reach
        return Interval(n, second - first, max(-1.0, low), min(1.0, high))


def _share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))) if np.isfinite(log_odds) else nan
