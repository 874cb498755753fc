"""Store first, announce second: what happens to every completed join, and to every result that has changed since.

A result that is already stored stands; references and votes make a higher version of it. After a crash between
storing and announcing, or when a question comes again after its marker was forgotten, what is stored is announced
again, word for word.
"""

from collections.abc import Mapping
from datetime import datetime

import structlog

from services.scorer.feedback import Score, first, following, uncountable
from services.scorer.join import Join
from shared.contests.calendar import Calendar
from shared.messages import Result
from shared.records import Effect, Position, RawRecord
from shared.runner import Sink
from shared.stored import ResultShelf
from shared.telemetry import metrics, tracing
from shared.topology import QUESTIONS

log = structlog.get_logger()


class Settle:
    """Makes, stores and announces results; when a call returns, the store and the broker have them."""

    def __init__(self, shelf: ResultShelf, announce: Sink[Result], score: Score) -> None:
        self._shelf = shelf
        self._announce = announce
        self._score = score

    def __call__(self, joins: Mapping[str, Join], now: datetime, calendar: Calendar) -> dict[str, Result]:
        """The result of each join by question id. What is stored and announced already is left as it is.

        A marker whose result the store has lost has none.
        """
        stored = {question_id: self._shelf.get(question_id) for question_id in joins}
        results = {
            question_id: result
            for question_id, join in joins.items()
            if (result := self._result(stored[question_id], join, now, calendar)) is not None
        }
        self._shelf.put([result for question_id, result in results.items() if result is not stored[question_id]])
        for question_id, result in results.items():
            _tell_of_uncountable(result, joins[question_id])
            if result.result_version > joins[question_id].announced:
                self._announce.write(Effect(result, _cause(joins[question_id], result)))
        self._announce.flush()
        return results

    def known(self, question_id: str) -> Result | None:
        """The stored result of a question, if there is one."""
        return self._shelf.get(question_id)

    def _result(self, stored: Result | None, join: Join, now: datetime, calendar: Calendar) -> Result | None:
        if stored is not None:
            return following(stored, join, now, self._score, calendar)
        return first(join, now, self._score, calendar) if join.question is not None else None


def _tell_of_uncountable(result: Result, join: Join) -> None:
    for cast in uncountable(result, join.votes):
        metrics.SCORER_UNCOUNTABLE.of().inc()
        log.warning("vote not counted: no answer of an arm", question_id=cast.vote.question_id, arms=cast.vote.pair)


def _cause(join: Join, result: Result) -> RawRecord:
    """The question's record as far as a result needs it: its trace goes on."""
    headers = {tracing.HEADER: join.trace.encode()} if join.trace else {}
    return RawRecord(
        position=Position(QUESTIONS.name, join.partition, 0),
        key=result.question.question_id.encode(),
        value=None,
        appended_at=result.asked_at,
        headers=headers,
    )
