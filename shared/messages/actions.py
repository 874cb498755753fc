"""What people did by hand to what runs: who, when, to what, and how it ended."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.messages.schema import Identifier, Label, Message, Moment

ActionKind = Literal["send_again", "promote_adapter", "roll_back_adapter", "retire_adapter", "announce_contest"]
Via = Literal["pages", "console"]
ActionState = Literal["begun", "done", "failed"]
MOST_SENT = 20_000
"""Dead letters that one action sends again: all of them apart, it still fits its topic."""
_Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class LetterSpan(BaseModel):
    """Dead letters that lie one behind the other, the first and the last included."""

    model_config = ConfigDict(frozen=True)
    topic: Label
    partition: _Number
    first: _Number
    last: _Number

    @property
    def count(self) -> int:
        """Below 1 where the ends are the wrong way round."""
        return self.last - self.first + 1


class ActionTaken(Message):
    """An action of a person. It is written before it begins and again when it ends, under one id; the newest counts.

    One that stays `begun` was cut off: what it led to stands on the topics that it writes.
    """

    action_id: Identifier
    action: ActionKind
    by: Label = Field(description="whoever did it, as the pages know them or as the command line was told")
    via: Via
    at: Moment = Field(description="by the clock of whoever wrote it down")
    on: tuple[Label, ...] = Field(
        default=(), max_length=100, description="what it was done to: an adapter, a contest's label, topics"
    )
    reason: str = Field(default="", max_length=1_000)
    state: ActionState = "begun"
    ended_at: Moment | None = None
    outcome: str = Field(default="", max_length=1_000, description="in words; empty while it is on its way")
    wanted: int = Field(default=0, ge=0, description="of `send_again`: how many letters it is about")
    letters: tuple[LetterSpan, ...] = Field(
        default=(), max_length=MOST_SENT, description="of `send_again`: which the broker has taken again by now"
    )

    @model_validator(mode="after")
    def _spans_are_bounded(self) -> Self:
        """Whoever reads it may count them one by one."""
        if any(span.count < 1 for span in self.letters) or self.sent > MOST_SENT:
            raise ValueError(f"letters: spans of one letter or more, and {MOST_SENT:,} letters at most")
        return self

    @property
    def sent(self) -> int:
        """How many letters were sent again by now."""
        return sum(span.count for span in self.letters)
