"""Scores of every prediction of a contest by every measure, and what became of each answer."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from services.scorer.evaluation.contests import Contest
from services.scorer.evaluation.predictions import Prediction, an_answer
from shared.messages import Answer
from shared.scoring import catalogue
from shared.scoring.measure import Metric

CHOICE, CHOICE_VERSION = "choice_accuracy", "1"
Values = dict[str, dict[str, dict[str, float]]]  # measure -> system -> question key -> value
Outcome = Literal["right", "wrong", "abstained", "failed", "missing"]
OUTCOMES: tuple[Outcome, ...] = ("right", "wrong", "abstained", "failed", "missing")
Told = Callable[[], None]


def score(contest: Contest, metrics: Mapping[str, Metric], told: Told = lambda: None) -> Values:
    """Each measure's value for the questions that it applies to; a measure that applies to none is absent.

    Multiple choice by index has one measure, the share of right choices; text has those of `metrics`. `told` is
    called for each prediction. Raises RuntimeError for a value outside its measure's range.
    """
    measures: Mapping[str, Callable[[Prediction], float | None]] = (
        {CHOICE: chose_right} if contest.by_index else {name: _by(name, metric) for name, metric in metrics.items()}
    )
    values: Values = {name: {system: {} for system in contest.entries} for name in measures}
    for system, predictions in contest.entries.items():
        for key, one in predictions.items():
            told()
            for name, measure in measures.items():
                value = measure(one)
                if value is not None:
                    values[name][system][key] = value
    return {name: found for name, found in values.items() if any(found.values())}


def chose_right(one: Prediction) -> float:
    """1.0 where exactly the right choices were named, else 0.0; also where nothing was answered."""
    given = one.answer is not None and one.answer.status == "answered"
    return float(given and one.choice is not None and one.choice.chosen == one.choice.right)


def outcomes(contest: Contest, system: str, decides: Metric) -> Counter[str]:
    """How many answers were right, wrong, abstained, failed and missing; these five add up to the questions.

    Beside them `rightly`, abstentions where that was right, and `empty`, answers without text among the wrong ones.
    """
    counted: Counter[str] = Counter()
    for one in contest.entries[system].values():
        counted[_outcome(one, decides)] += 1
        counted["rightly"] += _given(one).status == "abstained" and one.question.references == ()
        counted["empty"] += one.choice is None and _given(one).status == "answered" and not _given(one).text.strip()
    return counted


def _outcome(one: Prediction, decides: Metric) -> Outcome:
    if one.answer is None:
        return "missing"
    if one.answer.status != "answered":
        return one.answer.status
    right = chose_right(one) if one.choice else decides.score(one.question, one.answer)
    return "right" if right else "wrong"


def _by(name: str, metric: Metric) -> Callable[[Prediction], float | None]:
    def measure(one: Prediction) -> float | None:
        value = metric.score(one.question, _given(one))
        catalogue.hold_within_range({name: value}, one.place)
        return value

    return measure


def _given(one: Prediction) -> Answer:
    """The answer; a missing one is to a metric what a failure is: it scores 0 wherever the metric applies."""
    return one.answer or an_answer(one.question.question_id, one.system, "", status="failed")
