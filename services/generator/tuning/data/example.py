"""One thing to learn, as a builder makes it and before it is tokens."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Example(BaseModel):
    """What the model is shown and what it is to say; only the answer counts in the loss.

    `form` says how it is put: `text` is next-token training on the answer alone, `closed_book` asks from memory, `rag`
    asks with `passages` in the prompt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    builder: str = Field(description="the file in builders/ that made it")
    form: Literal["text", "closed_book", "rag"] = "closed_book"
    question: str = ""
    passages: tuple[str, ...] = ()
    answer: str = Field(min_length=1)
    document_ids: tuple[str, ...] = Field(min_length=1, description="the documents that it was made from")
