"""From records to events: what cannot be read is buried alone."""

from collections.abc import Callable, Sequence

from services.scorer.join import Event
from shared.burials import Burials
from shared.messages import Answer, Question, References, Verdicts, Vote
from shared.records import InvalidMessageError, RawRecord, parsed
from shared.telemetry import tracing
from shared.topology import ANSWERS, QUESTIONS, REFERENCES, VERDICTS, VOTES, AnyTopic

PartitionOf = Callable[[str, RawRecord], int]
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

    def __init__(self, burials: Burials, *, place: PartitionOf = where_it_stands) -> None:
        self._burials = burials
        self._place = place

    def read(self, records: Sequence[RawRecord]) -> list[Event]:
        """The events of the records; dead letters are stored when this returns."""
        events = [event for raw in records if (event := self._event(raw))]
        self._burials.handled(len(events))
        self._burials.flush()
        return events

    def _event(self, raw: RawRecord) -> Event | None:
        try:
            message = parsed(_MESSAGES[raw.position.topic], raw.value)
            partition = self._place(message.question_id, raw)
        except InvalidMessageError as error:
            self._burials.bury(raw, str(error))
            return None
        trace = tracing.carried(raw).get(tracing.HEADER, b"").decode(errors="replace")
        return Event(message, raw.appended_at, partition, trace, raw.position.offset)
