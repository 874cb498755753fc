"""Whether the reference's dates stand in the answer, in whatever form. Our own definition.

Every part that the reference says (day, month, year) must be said in the answer; it may say more. "On Thursday" and
"yesterday" are no dates here, and extra dates in the answer cost nothing: read it beside F1. `shared/scoring/dates.py`
says what a date is.
"""

from collections.abc import Sequence

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, opening
from shared.scoring.dates import Readings, dates
from shared.scoring.measure import Measure, Metric, best_share
from shared.settings import EncoderSettings

MEASURE = Measure("dates", version=f"3:{BOUND}")


def score(asked: Question, answered: Answer) -> float | None:
    """Share of a reference's dates that the answer has, the best over references with a date, in [0, 1].

    None where no reference has one. An answer that was not given scores 0.
    """
    return best_share(*opening(asked, answered), _dates, _has)


def _dates(text: str) -> list[Readings]:
    """Each date once."""
    return list(set(dates(text)))


def _has(ours: Sequence[Readings], wanted: Readings) -> bool:
    answered = {date for readings in ours for date in readings}
    return any(date.agrees_with(other) for date in wanted for other in answered)


def build(_: EncoderSettings) -> Metric:
    """The names of months are read here, so that no answer waits for them."""
    set(dates(""))
    return Metric(MEASURE.version, score)
