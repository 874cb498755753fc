"""Whether the reference's dates stand in the answer, in whatever form. Our own definition.

Every part that the reference says (day, month, year) must be said in the answer; it may say more. "On Thursday" and
"yesterday" are no dates here, and extra dates in the answer cost nothing: read it beside F1. `services/scorer/dates.py`
says what a date is.
"""

from services.scorer.bounds import BOUND, opening
from services.scorer.dates import Readings, dates
from services.scorer.metric import Metric
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

VERSION = f"1:{BOUND}"


def score(asked: Question, answered: Answer) -> float | None:
    """Share of a reference's dates that the answer has, the best over references with a date, in [0, 1].

    None where no reference has one. An answer that was not given scores 0.
    """
    question, answer = opening(asked, answered)
    wanted = [set(dates(reference)) for reference in question.references or ()]
    if not any(wanted):
        return None
    if answer.status != "answered":
        return 0.0
    ours = set(dates(answer.text))
    return max(sum(_has(ours, one) for one in theirs) / len(theirs) for theirs in wanted if theirs)


def _has(ours: set[Readings], wanted: Readings) -> bool:
    said = {date for readings in ours for date in readings}
    return any(one.agrees_with(other) for one in wanted for other in said)


def build(_: EncoderSettings) -> Metric:
    """The names of months are read here, so that no answer waits for them."""
    set(dates(""))
    return Metric(VERSION, score)
