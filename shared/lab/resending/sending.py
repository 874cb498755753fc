"""Sending dead letters again, some at a time, and writing down after each time which ones the broker has taken.

Letters of a portion that the broker took and that were not written down any more, since the process ended in between,
would be sent once more by the next one: what handles them takes a record twice as it takes any repetition.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared import dead_letters
from shared.lab.resending.buried import Buried
from shared.lab.resending.plan import Plan
from shared.messages import ActionTaken, LetterSpan
from shared.records import Position, RawRecord, bounded

AT_ONCE = 500
GONE = "are no longer kept"


class Carrier(Protocol):
    """Reads dead letters whole, and sends records as they stand."""

    def read(self, places: Sequence[Position]) -> Iterator[RawRecord]:
        """Those that are still kept, in any order. Raises ConnectionError where the broker is away."""
        ...

    def send(self, topic: str, record: RawRecord, headers: dict[str, bytes]) -> None:
        """Queue one with its key and value."""
        ...

    def flush(self) -> None:
        """The broker has all of them when this returns. Raises ConnectionError where it does not."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Ports:
    """`write` keeps the action as it stands by now; `stopping` says whether no further portion is to be begun."""

    carrier: Carrier
    write: Callable[[ActionTaken], None]
    now: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False


def send_again(plan: Plan, begun: ActionTaken, ports: Ports) -> ActionTaken:
    """Send what was planned; gives the action as it ended. Errors of the broker end it as `failed`, with what it sent.

    `begun` is written down already. Raises ConnectionError where the end cannot be written down.
    """
    action, gone, failure = begun, 0, ""
    for start in range(0, len(plan.letters), AT_ONCE):
        portion = plan.letters[start : start + AT_ONCE]
        if ports.stopping():
            failure = "stopped, since the process ends"
            break
        try:
            sent = _portion(portion, ports.carrier)
        except ConnectionError as error:
            failure = str(error)
            break
        gone += len(portion) - len(sent)
        action = action.model_copy(update={"letters": spans([*places_of(action), *sent])})
        ports.write(action)
    said = f"{action.sent:,} of {len(plan.letters):,} letters sent again"
    said += f"; {gone:,} {GONE}" if gone else ""
    ended = action.model_copy(
        update={
            "state": "failed" if failure else "done",
            "ended_at": ports.now(),
            "outcome": bounded(f"{said}; {failure}" if failure else said),
        }
    )
    ports.write(ended)
    return ended


def spans(places: Sequence[Position]) -> tuple[LetterSpan, ...]:
    """The places as spans, in order."""
    made: list[LetterSpan] = []
    for topic, partition, offset in sorted(set(places)):
        last = made[-1] if made else None
        if last is not None and (last.topic, last.partition, last.last + 1) == (topic, partition, offset):
            made[-1] = last.model_copy(update={"last": offset})
        else:
            made.append(LetterSpan(topic=topic, partition=partition, first=offset, last=offset))
    return tuple(made)


def _portion(portion: Sequence[Buried], carrier: Carrier) -> list[Position]:
    """Places of the letters that the broker has taken. One whose place holds another by now is not sent."""
    origins = {letter.position: letter.origin for letter in portion}
    sent = []
    for record in carrier.read([*origins]):
        origin = dead_letters.origin(record.headers)
        if origin is not None and origin == origins.get(record.position):
            carrier.send(origin.topic, record, dead_letters.without_ours(record.headers))
            sent.append(record.position)
    carrier.flush()
    return sent


def places_of(action: ActionTaken) -> Iterator[Position]:
    """Of every letter that an action has sent again."""
    for span in action.letters:
        yield from (Position(span.topic, span.partition, offset) for offset in range(span.first, span.last + 1))
