"""What of each question's results is counted: the newest version, and each arm's scores and states in it.

Every metric lies in [0, 1]. An arm that did not answer in time counts with what the result says an unanswered
question scores, so that slowness cannot improve an average; `abstained`, `failed` and `missing` are shares of
all its questions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.messages import Result, Standing
from shared.scoring.catalogue import STATES
from shared.scoring.gold import document_of

ALL = "all"


@dataclass(frozen=True)
class Marks:
    """What is counted of one result: arm -> metric -> value, without the texts.

    `about`: names of what the question is about; questions with one in common are not independent.
    """

    slice: str
    scored_at: datetime
    values: Mapping[str, Mapping[str, float]]
    metric_versions: Mapping[str, str]
    about: tuple[str, ...] = ()


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
    return Marks(result.question.slice, result.scored_at, values, result.metric_versions, tuple(_about(result)))


def _about(result: Result) -> Iterator[str]:
    """Its gold documents. Where nobody named one: its words, and the document that was found first for it."""
    question = result.question
    yield from (f"document {name}" for name in dict.fromkeys(question.gold_document_ids))
    if question.gold_document_ids:
        return
    yield f"words {' '.join(question.text.casefold().split())}"
    read = (scored.answer.evidence[0] for _, scored in sorted(result.answers.items()) if scored.answer.evidence)
    if (passage := next(read, None)) is not None:
        yield f"document {document_of(passage)}"


def _states(state: str) -> dict[str, float]:
    return {name: float(name == state) for name in STATES}
