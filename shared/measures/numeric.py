"""Whether the reference's numbers stand in the answer, in digits or in words. Our own definition.

Whole numbers under 10,000 (counts, years) must be equal; larger ones and those with decimals may differ by 0.5 % of
the reference, so that "3.7 million" is 3,712,000. Units and what is counted are not looked at, and extra numbers in
the answer cost nothing: read it beside F1. `shared/scoring/quantities.py` says what a number is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Measure, Metric, best_share
from shared.scoring.quantities import numbers
from shared.settings import EncoderSettings

MEASURE = Measure("numbers", version=f"2:{BOUND}")
EXACT_BELOW = 10_000
TOLERANCE = 0.005


def score(asked: Question, answered: Answer) -> float | None:
    """Share of a reference's numbers that the answer has, the best over references with a number, in [0, 1].

    None where no reference has one. An answer that was not given scores 0.
    """
    return best_share(*opening(asked, answered), _numbers, _has)


def _numbers(text: str) -> list[float]:
    """Each number once, the least first."""
    return sorted(set(numbers(text)))


def _has(ours: Sequence[float], wanted: float) -> bool:
    exact = wanted.is_integer() and abs(wanted) < EXACT_BELOW
    width = 0.0 if exact else abs(wanted) * TOLERANCE
    return bisect_left(ours, wanted - width) < bisect_right(ours, wanted + width)


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
