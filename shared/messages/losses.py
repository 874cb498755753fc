"""What a service lost unread, as it said when it noticed."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.messages.schema import Identifier, Label, Message, Moment

_Offset = Annotated[int, Field(ge=0, le=2**63 - 1)]


class RecordsLost(Message):
    """Records of one partition that left their topic before a service had read them: nothing was made of them.

    Said again after a restart it has the same id, so that it counts once.
    """

    loss_id: Identifier
    service: Label
    topic: Label
    partition: int = Field(ge=0, le=2**31 - 1)
    first: _Offset = Field(description="offset of the first record that was lost")
    end: _Offset = Field(description="the first offset behind them")
    found_at: Moment

    @model_validator(mode="after")
    def _the_right_way_round(self) -> Self:
        if self.end <= self.first:
            raise ValueError("end must lie behind first")
        return self

    @property
    def records(self) -> int:
        """How many offsets; of a topic with transactions or compaction some of them may never have held a record."""
        return self.end - self.first
