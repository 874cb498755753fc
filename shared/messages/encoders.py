"""Which encoders the vectors in the store are of: the one that serves, and one beside it while they change."""

from typing import Literal

from pydantic import Field

from shared.messages.schema import Message, Moment

CHUNKS: Literal["chunks"] = "chunks"
"""What the vectors are of, and the key of all announcements."""


class EncoderChoice(Message):
    """An encoder as settings name it. On which server it runs, and with which key, each process knows for itself."""

    name: str = Field(description="of its vectors, and so of its table")
    variant: str
    model: str = ""
    precision: Literal["fp32", "int8"] = "fp32"
    dimensions: int = Field(ge=2)


class EncodersAnnounced(Message):
    """The encoders in use. One record says it all, so that nobody sees half a switch."""

    of: Literal["chunks"] = CHUNKS
    serving: EncoderChoice = Field(description="what questions are asked with")
    beside: EncoderChoice | None = Field(
        default=None, description="kept up to date too: being filled, or served before and not dropped yet"
    )
    leaving: EncoderChoice | None = Field(default=None, description="no longer written; its table is being dropped")
    announced_at: Moment
