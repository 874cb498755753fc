"""From a completed join to the result: every answer scored by every metric that applies to its question."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.scorer.join import Arrived, Join
from shared.contests.calendar import Calendar
from shared.messages import Answer, Question, Result, ScoredAnswer
from shared.scoring import catalogue
from shared.scoring.measure import Metric


def score(join: Join, now: datetime, calendar: Calendar, *, metrics: Mapping[str, Metric]) -> Result:
    """The result of a join whose question is known; arms of its contest without an answer in time are `missing`.

    Raises RuntimeError for a score outside its measure's range.
    """
    if join.question is None or join.asked_at is None:
        raise RuntimeError("a join without its question has no result")
    answers, contest = join.in_time, calendar.at(join.asked_at)
    return Result(
        question=join.question,
        asked_at=join.asked_at,
        scored_at=now,
        answers={
            arm: _scored(join.question, join.asked_at, arrived, metrics) for arm, arrived in sorted(answers.items())
        },
        missing=tuple(arm for arm in contest.arm_names if arm not in answers),
        unanswered=_scores(join.question, _nothing(join.question, join.asked_at), metrics),
        metric_versions={name: metric.version for name, metric in metrics.items()},
        contest=contest.taken,
    )


def kept(stored: Result, scored_anew: Result) -> Result:
    """A result scored anew, with the stored scores of the measures that read texts which a result leaves out.

    What they say does not depend on references. A score of another version of the measure is not kept.
    """
    now, then = scored_anew.metric_versions, stored.metric_versions
    names = [name for name in catalogue.of_texts() if name in now and now[name] == then.get(name)]
    answers = {
        arm: scored.model_copy(update={"scores": scored.scores | _of(stored.answers[arm].scores, names)})
        for arm, scored in scored_anew.answers.items()
    }
    return scored_anew.model_copy(update={"answers": answers})


def _of(scores: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    return {name: scores[name] for name in names if name in scores}


def _scored(question: Question, asked_at: datetime, arrived: Arrived, metrics: Mapping[str, Metric]) -> ScoredAnswer:
    """The published answer names its evidence and leaves out the texts: not everyone may be shown those."""
    waited = max(0.0, (arrived.at - asked_at).total_seconds() * 1000)
    shown = arrived.answer.model_copy(update={"evidence_texts": ()})
    return ScoredAnswer(answer=shown, latency_ms=waited, scores=_scores(question, arrived.answer, metrics))


def _scores(question: Question, answer: Answer, metrics: Mapping[str, Metric]) -> dict[str, float]:
    """Of each metric that applies; none of a skipped answer, which counts nowhere."""
    if answer.status == "skipped":
        return {}
    scores = {name: metric.score(question, answer) for name, metric in metrics.items()}
    catalogue.hold_within_range(scores, f"question {question.question_id}")
    return {name: value for name, value in scores.items() if value is not None}


def _nothing(question: Question, asked_at: datetime) -> Answer:
    """What a missing answer is to a metric: a failure, which scores 0 wherever the metric applies."""
    return Answer(
        question_id=question.question_id, arm="", status="failed", failure="no answer by the deadline",
        model="", backend="", prompt_version="", asked_at=asked_at,
    )  # fmt: skip
