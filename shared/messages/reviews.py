"""What people are asked to review, item by item, and what each of them says of an item."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.messages.feedback import MOST_BYTES, Name
from shared.messages.schema import MOST_LABELS, Identifier, Label, Message, Moment, bytes_of

ItemKind = Literal["answer", "question"]
Said = Literal["right", "wrong", "unsure", "accept", "mend", "drop", "undo"]
OF_KIND: dict[ItemKind, tuple[Said, ...]] = {
    "answer": ("right", "wrong", "unsure"),
    "question": ("accept", "mend", "drop"),
}
"""What can be said of an answer that the measure judged, and of a question that was made."""
UNDO: Said = "undo"
MOST_ITEM_BYTES = 1024 * 1024
_Text = Annotated[str, Field(max_length=4_000)]
_Item = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f/]+$")]


class ReviewItem(Message):
    """One item of a sheet that people review. How likely it was to be drawn is not said, since that tells a verdict."""

    sheet_id: Identifier
    item_id: _Item = Field(description="of what is read: equal content has equal ids, on every sheet")
    kind: ItemKind
    question_id: str = Field(default="", max_length=512, description="of a question that was made")
    place: int = Field(ge=1, le=100_000, description="on the sheet, which is read from 1 on")
    number: int = Field(ge=1, le=100_000, description="of items on the sheet")
    question: str = Field(min_length=1, max_length=4_000)
    choices: tuple[_Text, ...] = Field(default=(), max_length=100)
    accepted: tuple[_Text, ...] = Field(default=(), max_length=1_000, description="empty: declining is right")
    answer: str = Field(default="", description="what is to be called right or wrong")
    shown: tuple[_Text, ...] = Field(default=(), max_length=100, description="what a reviewer needs to see beside it")
    document_labels: tuple[tuple[Label, ...], ...] = Field(
        default=(), max_length=1_000, description="of each document with labels that it was made from or shows"
    )
    seed: int | None = Field(default=None, description="of the draw")

    @property
    def key(self) -> str:
        """The key of its record: the same item of a sheet, published again, is one."""
        return f"{self.item_id}/{self.sheet_id}"

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        if any(len(labels) > MOST_LABELS for labels in self.document_labels):
            raise ValueError(f"document_labels: a document has at most {MOST_LABELS} labels")
        if (size := bytes_of(self)) > MOST_ITEM_BYTES:
            raise ValueError(f"{size:,} bytes, an item may have {MOST_ITEM_BYTES:,}: show less beside it")
        return self


class Reviewed(Message):
    """What a reviewer says of an item. The reviewer's newest record on it counts; after "undo" nothing is said."""

    item_id: _Item
    reviewer: Name = Field(description="a name of the reviewer's own; results show it, so a pseudonym will do")
    said: Said
    said_at: Moment = Field(description="by the clock of the page; the broker's counts where that is earlier")
    text: _Text | None = Field(default=None, description="the question as mended; absent: as it is")
    references: tuple[_Text, ...] | None = Field(
        default=None, max_length=100, description="accepted answers as mended; empty: declining is right"
    )

    @property
    def key(self) -> str:
        """The key of its record: nothing that was said replaces what was said before."""
        return f"{self.item_id}/{self.said_at.isoformat()}/{self.reviewer}"

    @model_validator(mode="after")
    def _says_what_is_new(self) -> Self:
        is_new = self.text is not None or self.references is not None
        if is_new != (self.said == "mend"):
            raise ValueError("a mended question needs a new `text`, new `references` or both, and no other has them")
        if self.text is not None and not self.text.strip():
            raise ValueError("text: a question needs words")
        if not all(reference.strip() for reference in self.references or ()):
            raise ValueError("references: an accepted answer needs words; none at all: declining is right")
        return self

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        if (size := bytes_of(self)) > MOST_BYTES:
            raise ValueError(f"{size:,} bytes, a verdict may have {MOST_BYTES:,}: leave references out")
        return self
