"""One thing to learn, as a builder makes it and before it is tokens; or why there is none."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Example(BaseModel):
    """What the model is shown and what it is to say; only the answer counts in the loss.

    `form` says how it is put: `text` is next-token training on the answer alone, `closed_book` asks from memory, `rag`
    asks with `passages` in the prompt. The first of `document_ids` is what it is about.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    builder: str = Field(description="the file in builders/ that made it")
    form: Literal["text", "closed_book", "rag"] = "closed_book"
    question: str = ""
    choices: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    answer: str = Field(min_length=1)
    document_ids: tuple[str, ...] = Field(min_length=1, description="the documents that it was made from")
    group: str = Field(default="", description="wordings of one fact share it")
    times: int = Field(default=1, ge=1, description="how often it is seen in an epoch")
    abstains: bool = Field(default=False, description="whether the answer is that the answer is not known")


@dataclass(frozen=True)
class LeftOut:
    """Something that a builder could have made an example of and did not."""

    reason: str


Made = Example | LeftOut
