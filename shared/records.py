"""A message on its way: where it stood, when the broker took it, what it led to, and why it was refused."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from shared.printable import printable

log = structlog.get_logger()
M = TypeVar("M")
Model = TypeVar("Model", bound=BaseModel)
O = TypeVar("O")  # noqa: E741  (O is for outcome)
O_co = TypeVar("O_co", covariant=True)
_NAME = re.compile(r"[\w.+-]{1,40}")
REASON, PLACE, FAULTS = 1_000, 100, 10
"""Most characters of a reason, of a field's name in it, and most faults that it names: senders choose all of them."""


KEY = 100
"""Most characters of a record's key in a log line: a document's or a question's id, or whatever a sender chose."""


class InvalidMessageError(ValueError):
    """The message can never be handled; it is buried with this reason and the next one goes on."""


class GivenUpError(InvalidMessageError):
    """Reading the message took too long or too much, this time: another time, on a quieter machine, it may not."""


class Position(NamedTuple):
    """Where a record stands; two deliveries of one record share it."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True)
class RawRecord:
    """A record as the broker keeps it. `appended_at` is the broker's append time."""

    position: Position
    key: bytes | None
    value: bytes | None
    appended_at: datetime
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Record(Generic[M]):
    """A parsed message with where it came from."""

    message: M
    raw: RawRecord

    @property
    def position(self) -> Position:
        return self.raw.position

    @property
    def appended_at(self) -> datetime:
        return self.raw.appended_at


@dataclass(frozen=True)
class Effect(Generic[O_co]):
    """What handling one record led to; the cause carries its trace onward."""

    outcome: O_co
    cause: RawRecord


def effect(cause: Record[M], outcome: O) -> Effect[O]:
    """Tie an outcome to the record it came from."""
    return Effect(outcome, cause.raw)


def portions(records: Sequence[RawRecord], most_bytes: int) -> Iterator[Sequence[RawRecord]]:
    """Records in their order, cut where the values would exceed `most_bytes`; one alone may."""
    start, size = 0, 0
    for place, record in enumerate(records):
        size += (length := len(record.value or b""))
        if size > most_bytes and place > start:
            yield records[start:place]
            start, size = place, length
    if records:
        yield records[start:]


def parsed(kind: type[Model], value: bytes | str | None) -> Model:
    """Bytes of a stranger as a message. Raises InvalidMessageError whatever goes wrong, short of memory."""
    try:
        return kind.model_validate_json(value or b"")
    except ValidationError as error:
        raise InvalidMessageError(reason_of(error)) from error
    except MemoryError:
        raise
    except Exception as error:  # what reads bytes that a stranger made may raise anything, and quote them
        raise InvalidMessageError(f"it cannot be read ({type(error).__name__})") from error


def understood(kind: type[Model], records: Iterable[RawRecord]) -> Iterator[tuple[RawRecord, Model]]:
    """Each record that holds a message, with it; for views, which nobody may end with a record that is none.

    Records without a value are left out. One that cannot be read is logged and passed over.
    """
    for record in records:
        if record.value is not None:
            try:
                yield record, parsed(kind, record.value)
            except InvalidMessageError as error:
                key = bounded(key_of(record), KEY)
                position = tuple(record.position)
                log.warning("passed over, since it cannot be read", position=position, key=key, reason=str(error))


def key_of(record: RawRecord) -> str:
    """A record's key as text, whatever its bytes are."""
    return (record.key or b"").decode(errors="replace")


def reason_of(error: ValidationError) -> str:
    """A validation error in one line: the fields that are wrong and how, as far as a reason is long.

    Logs show it to everyone, so it has no value of a field, and a field's name only where that can be one.
    """
    faults = error.errors(include_input=False, include_url=False)
    places = (".".join(map(_named, fault["loc"])) or "message" for fault in faults[:FAULTS])
    said = [f"{bounded(place, PLACE)}: {fault['msg']}" for place, fault in zip(places, faults, strict=False)]
    if len(faults) > FAULTS:
        said.append(f"and {len(faults) - FAULTS} more")
    return bounded("; ".join(said))


def wrong_settings(error: ValidationError) -> str:
    """What is wrong with settings, in one line with their class."""
    return f"{error.title}: {reason_of(error)}".replace(": message: Value error, ", ": ")


def _named(part: int | str) -> str:
    return str(part) if _NAME.fullmatch(str(part)) else "(text)"


def bounded(text: str, most: int = REASON) -> str:
    """At most so many characters of a text, on one line and fit to be shown."""
    shown = text if len(text) <= most else f"{text[: most - 1]}…"
    return printable(" ".join(shown.splitlines()))
