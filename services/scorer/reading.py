"""From records to events: what cannot be read is buried alone, and too much of it in a row stops the service."""

from collections.abc import Callable, Sequence

import structlog

from services.scorer.join import Event
from shared import observe
from shared.messages import Answer, Question, References, Verdicts, Vote
from shared.records import InvalidMessageError, RawRecord, parsed
from shared.runner import DeadLetters, PoisonError
from shared.topology import ANSWERS, QUESTIONS, REFERENCES, VERDICTS, VOTES, AnyTopic

log = structlog.get_logger()
PartitionOf = Callable[[str, RawRecord], int]
TRACE = 128
"""Bytes of a trace's name that are kept; one of W3C Trace Context has 55."""
JOINED: tuple[AnyTopic, ...] = (QUESTIONS, ANSWERS, REFERENCES, VOTES, VERDICTS)
"""The topics that are joined by question id, partition by partition."""
_MESSAGES: dict[str, type[Question | Answer | References | Vote | Verdicts]] = {
    topic.name: topic.message for topic in JOINED
}


def where_it_stands(_: str, raw: RawRecord) -> int:
    """A join lives in its records' own partition."""
    return raw.position.partition


class Reader:
    """Parses records. `place` gives a question's partition or raises InvalidMessageError for one not ours."""

    def __init__(
        self, dead_letters: DeadLetters, *, dead_in_a_row: int = 100, place: PartitionOf = where_it_stands
    ) -> None:
        self._dead_letters = dead_letters
        self._limit = dead_in_a_row
        self._place = place
        self._dead = 0

    def read(self, records: Sequence[RawRecord]) -> list[Event]:
        """The events of the records; dead letters are stored when this returns. Raises PoisonError."""
        events = [event for raw in records if (event := self._event(raw))]
        self._dead_letters.flush()
        return events

    def _event(self, raw: RawRecord) -> Event | None:
        try:
            message = parsed(_MESSAGES[raw.position.topic], raw.value)
            partition = self._place(message.question_id, raw)
        except InvalidMessageError as error:
            self._bury(raw, str(error))
            return None
        self._dead = 0
        trace = raw.headers.get("traceparent", b"")[:TRACE].decode(errors="replace")
        return Event(message, raw.appended_at, partition, trace, raw.position.offset)

    def _bury(self, raw: RawRecord, reason: str) -> None:
        log.warning("buried", position=tuple(raw.position), reason=reason)
        observe.buried("scorer", raw.position.topic)
        self._dead_letters.bury(raw, reason)
        self._dead += 1
        if self._dead > self._limit:
            self._dead_letters.flush()
            raise PoisonError(
                f"{self._dead} messages in a row could not be handled, the last because: {reason}. "
                f"Nothing of this batch is committed. Look at them with `tiltyard dead-letters list`."
            )
