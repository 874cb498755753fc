"""Store first, announce second: what happens once to every completed join.

A result that is already stored stands: after a crash between storing and announcing, or when a question comes
again after its marker was forgotten, the stored one is announced again, word for word.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.scorer.join import Join
from shared.messages import Result
from shared.records import Effect, Position, RawRecord
from shared.runner import Sink
from shared.stored import ResultShelf
from shared.topology import QUESTIONS

Score = Callable[[Join, datetime], Result]


class Settle:
    """Makes, stores and announces results; when a call returns, the store and the broker have them."""

    def __init__(self, shelf: ResultShelf, announce: Sink[Result], score: Score) -> None:
        self._shelf = shelf
        self._announce = announce
        self._score = score

    def __call__(self, joins: Sequence[Join], now: datetime) -> None:
        stored = [self._stored(join) for join in joins]
        results = [known or self._score(join, now) for join, known in zip(joins, stored, strict=True)]
        self._shelf.put([result for result, known in zip(results, stored, strict=True) if known is None])
        for join, result in zip(joins, results, strict=True):
            self._announce.write(Effect(result, _cause(join, result)))
        self._announce.flush()

    def _stored(self, join: Join) -> Result | None:
        return self._shelf.get(join.question.question_id) if join.question else None


def _cause(join: Join, result: Result) -> RawRecord:
    """The question's record as far as a result needs it: its trace goes on."""
    headers = {"traceparent": join.trace.encode()} if join.trace else {}
    return RawRecord(
        position=Position(QUESTIONS.name, join.partition, 0),
        key=result.question.question_id.encode(),
        value=None,
        appended_at=result.asked_at,
        headers=headers,
    )
