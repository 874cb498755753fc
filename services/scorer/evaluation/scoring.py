"""Scores of every prediction of a contest by every measure, and what became of each answer."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from services.scorer.evaluation.contests import Contest
from services.scorer.evaluation.predictions import Prediction, an_answer
from shared.abstaining import declined
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
        for key, prediction in predictions.items():
            told()
            for name, measure in measures.items():
                value = measure(prediction)
                if value is not None:
                    values[name][system][key] = value
    return {name: by_system for name, by_system in values.items() if any(by_system.values())}


def chose_right(prediction: Prediction) -> float:
    """1.0 where exactly the right choices were named, else 0.0; also where nothing was answered."""
    given = prediction.answer is not None and prediction.answer.status == "answered"
    return float(given and prediction.choice is not None and prediction.choice.chosen == prediction.choice.right)


def outcomes(contest: Contest, system: str, decides: Metric) -> Counter[str]:
    """How many answers were right, wrong, abstained, failed and missing; these five add up to the questions.

    Beside them `rightly`, abstentions where that was right, and `empty`, answers without text among the wrong ones.
    """
    counted: Counter[str] = Counter()
    for prediction in contest.entries[system].values():
        counted[_outcome(prediction, decides)] += 1
        counted["rightly"] += declined(_given(prediction)) and prediction.question.references == ()
        counted["empty"] += (
            prediction.choice is None
            and _given(prediction).status == "answered"
            and not _given(prediction).text.strip()
        )
    return counted


def _outcome(prediction: Prediction, decides: Metric) -> Outcome:
    if prediction.answer is None or prediction.answer.status == "skipped":  # which no format reads as a prediction
        return "missing"
    if prediction.answer.status == "failed":
        return "failed"
    if declined(prediction.answer) and not prediction.choice:
        return "abstained"
    right = chose_right(prediction) if prediction.choice else decides.score(prediction.question, prediction.answer)
    return "right" if right else "wrong"


def _by(name: str, metric: Metric) -> Callable[[Prediction], float | None]:
    def measure(prediction: Prediction) -> float | None:
        value = metric.score(prediction.question, _given(prediction))
        catalogue.hold_within_range({name: value}, prediction.place)
        return value

    return measure


def _given(prediction: Prediction) -> Answer:
    """The answer; a missing one is to a metric what a failure is: it scores 0 wherever the metric applies."""
    return prediction.answer or an_answer(prediction.question.question_id, prediction.system, "", status="failed")
