"""Documents on their way: published, cut into chunks, indexed."""

from typing import Literal, Self

from pydantic import Field, model_validator

from shared.messages.schema import (
    LONGEST_PASSAGE,
    MOST_LABELS,
    MOST_WHOLE,
    Identifier,
    Label,
    Message,
    Moment,
    PublicMessage,
)

LONGEST_TITLE, LONGEST_URL = 2_000, 4_000


class DocumentPublished(PublicMessage):
    """A news item put in (`upsert`, also when it is changed) or taken back (`retract`)."""

    document_id: Identifier
    op: Literal["upsert", "retract"] = "upsert"
    title: str = Field(default="", max_length=LONGEST_TITLE)
    text: str = ""
    content_type: Literal["text/plain", "text/html"] = "text/plain"
    source: Label = ""
    url: str = Field(default="", max_length=LONGEST_URL)
    published_at: Moment | None = Field(default=None, description="absent: the time the broker took it")
    first_seen_at: Moment | None = Field(
        default=None, description="when the feed first had it; `as_of` compares with it; absent: published_at"
    )
    tags: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    language: str = Field(default="", max_length=16, description="ISO 639-1; absent: ingest detects it")
    labels: tuple[Label, ...] = Field(
        default=(), max_length=MOST_LABELS, description="who may be shown it: any of these; empty: everyone"
    )


class Chunk(Message):
    """A passage of one revision, small enough for the encoder; `text` opens with the title and the date."""

    position: int = Field(ge=0, le=MOST_WHOLE)
    text: str = Field(max_length=LONGEST_PASSAGE)


class Revision(Message):
    """Identity of one state of one document, with what searches filter by."""

    document_id: Identifier
    revision: int = Field(ge=1, le=MOST_WHOLE)
    retracted: bool = False
    title: str = Field(default="", max_length=LONGEST_TITLE)
    source: Label = ""
    url: str = Field(default="", max_length=LONGEST_URL)
    tags: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    language: Label = ""
    labels: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    trust: float = Field(default=1.0, ge=0, le=1, description="what ingest's settings say of the source")
    duplicate_of: str | None = Field(default=None, description="the document that this one reprints")
    published_at: Moment
    first_seen_at: Moment
    content_hash: str
    appended_at: Moment = Field(description="when the broker took the document")
    ingested_at: Moment


class DocumentChunked(Revision):
    """One revision with all its chunks; a retraction has none."""

    chunks: tuple[Chunk, ...] = ()

    @model_validator(mode="after")
    def _each_has_its_place(self) -> Self:
        if len({chunk.position for chunk in self.chunks}) < len(self.chunks):
            raise ValueError("chunks: two stand at one position")
        return self


class DocumentIndexed(Revision):
    """Said once the vectors are stored: from now on the revision is what searches find.

    Everyone may read it. Of a document with labels it has no title, source, url, tags, trust, `duplicate_of` or
    `content_hash`; those stand in the store.
    """

    chunk_count: int = Field(ge=0, le=MOST_WHOLE)
    encoder: str = Field(description="the one that served")
    encoders: tuple[str, ...] = Field(default=(), description="all whose vectors were stored; empty: `encoder` alone")
    embedded_at: Moment | None = Field(default=None, description="when its vectors were made")
    stored_at: Moment = Field(description="when they could be found; the record's own time is when that was said")
