"""What every message has: it is frozen, it is JSON, it has a version; and the types that their fields share."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _in_utc(moment: datetime) -> datetime:
    """Read a time without a zone as UTC, which is what feeds mean when they leave it out."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC it lies outside of the years 1 to 9999") from error


def _with_a_day(value: object) -> object:
    """`20250304`, which is ISO 8601 too, with its hyphens: by itself it would pass for seconds, in August 1970.

    A year or a month alone, as a text, would pass for seconds as well, and is refused.
    """
    text = str(value) if isinstance(value, str | int) else ""
    if len(text) == DAY and text.isdecimal():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if isinstance(value, str) and len(text) < DAY and text.isdecimal():
        raise ValueError("a time needs a day, such as 2025-03-04")
    return value


DAY = len("20250304")
Moment = Annotated[datetime, BeforeValidator(_with_a_day), AfterValidator(_in_utc)]
LONGEST_IDENTIFIER = 512
Identifier = Annotated[str, Field(min_length=1, max_length=LONGEST_IDENTIFIER)]
LONGEST_LABEL = 512
Label = Annotated[str, Field(max_length=LONGEST_LABEL)]
"""A tag, a source or a label; what travels with every chunk must be short."""
MOST_LABELS = 100
MOST_LABEL_BYTES = 4 * 1024
"""Of all labels of a document together, as JSON: every answer names those of each passage that it was made from."""
LONGEST_PASSAGE = 100_000
"""Characters of a chunk; an encoder that reads 4,096 tokens reads fewer."""
MOST_WHOLE = 2**31 - 1
"""The largest whole number that a column of the store holds."""

Tokens = Annotated[int, Field(ge=0, le=MOST_WHOLE)]
"""A number of tokens that can be: sums and means of any others would be no numbers."""


def bytes_of(message: BaseModel, *, include: set[str] | None = None, exclude: set[str] | None = None) -> int:
    """Bytes of its JSON, of some fields or of all but some."""
    return len(message.model_dump_json(include=include, exclude=exclude).encode())


class Message(BaseModel):
    """What every message is: an immutable value with a schema version.

    JSON has no word for an endless number or for none: one would be written as null, which no reader of it takes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)
    version: Literal[1] = 1


class PublicMessage(Message):
    """A message that anyone may publish."""

    model_config = ConfigDict(extra="forbid")
