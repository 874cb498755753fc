"""What of each question's results is counted: the newest version, and each arm's scores and states in it.

Every metric lies in [0, 1]. An arm that did not answer in time counts with what the result says an unanswered
question scores, so that slowness cannot improve an average; `abstained`, `failed` and `missing` are shares of
all its questions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.messages import Result, Standing
from shared.scoring.catalogue import STATES

ALL = "all"


@dataclass(frozen=True)
class Marks:
    """What is counted of one result: arm -> metric -> value, without the texts."""

    slice: str
    scored_at: datetime
    values: Mapping[str, Mapping[str, float]]
    metric_versions: Mapping[str, str]


def newest(results: Iterable[Result]) -> dict[str, Result]:
    """The result of each question that stands: the highest version, wherever among the results it comes."""
    latest: dict[str, Result] = {}
    for result in results:
        known = latest.get(result.question.question_id)
        if known is None or result.result_version >= known.result_version:
            latest[result.question.question_id] = result
    return latest


def current(standings: Iterable[Standing]) -> dict[str, Standing]:
    """Slice -> its standing in the contest that was counted last."""
    known = {standing.key: standing for standing in standings}
    newest = max(known.values(), key=lambda standing: standing.counted_at, default=None)
    return {standing.slice: standing for standing in known.values() if newest and standing.contest == newest.contest}


def marks_of(result: Result) -> Marks:
    """The numbers of a result, each arm's scores and states; a missing arm has what `unanswered` says.

    An arm that skipped the question has none.
    """
    given = {arm: scored for arm, scored in result.answers.items() if scored.answer.status != "skipped"}
    values = {arm: {**scored.scores, **_states(scored.answer.status)} for arm, scored in given.items()}
    values |= {arm: {**result.unanswered, **_states("missing")} for arm in result.missing}
    return Marks(result.question.slice, result.scored_at, values, result.metric_versions)


def _states(state: str) -> dict[str, float]:
    return {name: float(name == state) for name in STATES}
