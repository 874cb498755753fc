"""How an asker wants the evidence put before a model."""

from typing import Literal

from pydantic import Field

from shared.messages.schema import PublicMessage

MOST_PASSAGES = 20


class Presentation(PublicMessage):
    """How many passages stand in a prompt, and in which order; without a wish, as the generator is set up."""

    passages: int | None = Field(
        default=None,
        ge=0,
        le=MOST_PASSAGES,
        description="at most so many; none beyond what was found (TILTYARD_RETRIEVER_TOP_K)",
    )
    order: Literal["best_first", "best_last", "shuffled"] = Field(
        default="best_first", description="of those that were chosen; shuffled: drawn by the question's text"
    )
