"""Results from before a measure was there: what ranks arms is counted from their own texts, and that is said."""

from collections.abc import Sequence

from shared.measures import right, rightly_abstained, wrongly_abstained
from shared.messages import Answer, Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY
from shared.scoring.measure import Metric

_METRICS = {
    name: Metric(measure.MEASURE.version, measure.score)
    for name, measure in ((HEADLINE, right), (RIGHTLY, rightly_abstained), (WRONGLY, wrongly_abstained))
}


def counted_anew(results: Sequence[Result]) -> tuple[list[Result], int]:
    """The results with what ranks arms, and how many of them lacked it.

    A result without references needs nothing. One whose texts were left out cannot be counted and stays as it is.
    """
    completed = [_completed(result) if _lacks(result) else result for result in results]
    return completed, sum(map(_lacks, results))


def _lacks(result: Result) -> bool:
    lacking = HEADLINE not in result.metric_versions and RIGHTLY not in result.metric_versions
    return lacking and result.question.references is not None and not result.withheld


def _completed(result: Result) -> Result:
    answers = {
        arm: scored.model_copy(update={"scores": scored.scores | _scores(result, scored.answer)})
        for arm, scored in result.answers.items()
    }
    nothing = Answer(
        question_id=result.question.question_id, arm="", status="failed", model="", backend="", prompt_version="",
        asked_at=result.asked_at,
    )  # fmt: skip
    return result.model_copy(
        update={
            "answers": answers,
            "unanswered": result.unanswered | _scores(result, nothing),
            "metric_versions": result.metric_versions | {name: metric.version for name, metric in _METRICS.items()},
        }
    )


def _scores(result: Result, answer: Answer) -> dict[str, float]:
    scores = {name: metric.score(result.question, answer) for name, metric in _METRICS.items()}
    return {name: value for name, value in scores.items() if value is not None}
