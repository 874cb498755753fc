"""Questions with answers to learn from, as anyone may supply them."""

import hashlib
from typing import Annotated

from pydantic import Field

from shared.messages.schema import Identifier, PublicMessage

_Text = Annotated[str, Field(max_length=4_000)]


class TrainingPair(PublicMessage):
    """A question with its answer, and the document that says so.

    The same question about the same document is the same pair: published again it replaces what was said before, and
    a record without a value takes it back.
    """

    question: str = Field(min_length=1, max_length=4_000)
    answer: str = Field(min_length=1, max_length=4_000)
    document_id: Identifier
    choices: tuple[_Text, ...] = Field(
        default=(), max_length=100, description="the options, where it is asked with options"
    )
    fact: str = Field(
        default="",
        max_length=512,
        description="what several wordings of one question share; absent: they have the same document and answer",
    )

    @property
    def pair_id(self) -> str:
        """The key of its record."""
        return hashlib.sha256(f"{self.document_id}\0{' '.join(self.question.casefold().split())}".encode()).hexdigest()
