"""Questions, the evidence found for them, and the answers of the arms."""

from math import prod
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.messages.conversation import MOST_TURNS, QuestionKind, Turn, contradiction
from shared.messages.feedback import ACCEPTED, MOST_BYTES
from shared.messages.form import Form
from shared.messages.presentation import Presentation
from shared.messages.schema import (
    LONGEST_PASSAGE,
    MOST_LABELS,
    Identifier,
    Label,
    Message,
    Moment,
    PublicMessage,
    bytes_of,
)

MOST_COMBINATIONS = 100
MOST_ITEMS = 100
_Text = Annotated[str, Field(max_length=4_000)]


class Filters(PublicMessage):
    """What the evidence must satisfy; empty means anything."""

    sources: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    tags: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    languages: tuple[Label, ...] = Field(default=(), max_length=MOST_LABELS)
    published_from: Moment | None = None
    published_to: Moment | None = None


class Question(PublicMessage):
    """Something asked, with what is needed to score the answers when that is known."""

    question_id: Identifier
    text: str = Field(min_length=1, max_length=4_000)
    kind: QuestionKind = "question_answering"
    history: tuple[Turn, ...] = Field(
        default=(), max_length=MOST_TURNS, description="of a conversation: what was said before, oldest first"
    )
    choices: tuple[_Text, ...] = Field(default=(), max_length=100)
    references: tuple[_Text, ...] | None = Field(
        default=None, max_length=1_000, description="accepted answers; empty: abstaining is right; absent: not scored"
    )
    outdated: _Text | None = Field(default=None, description="the answer that later news made wrong")
    slice: str = Field(default="unsliced", min_length=1, max_length=64)
    gold_document_ids: tuple[Identifier, ...] = Field(default=(), max_length=1_000)
    filters: Filters = Filters()
    labels: tuple[Label, ...] = Field(
        default=(), max_length=16, description="what the asker may be shown: documents with any of these, or with none"
    )
    as_of: Moment | None = Field(default=None, description="no evidence first seen after this")
    form: Form | None = Field(default=None, description="what the answer must look like; absent: free")
    presentation: Presentation = Field(default=Presentation(), description="how evidence is put before a model")
    deadline_s: float = Field(default=300.0, gt=0, le=86_400, description="answers later than this are missing")

    @property
    def asked_schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer must fit; None where no JSON is asked for."""
        return self.form.json_schema if self.form else None

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.text.strip():
            raise ValueError("text: a question needs words")
        return self

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        """It travels in its evidence, its answers, its result and the scorer's changelog.

        What is accepted counts apart, since it may be said anew later: whatever is said then fits the same question.
        """
        for what, size in (
            ("", bytes_of(self, exclude=ACCEPTED)),
            (" of references", bytes_of(self, include=ACCEPTED)),
        ):
            if size > MOST_BYTES:
                raise ValueError(
                    f"{size:,} bytes{what}, a question may have {MOST_BYTES:,}: leave references or choices out"
                )
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if problem := contradiction(self.kind, self.history, self.choices):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        """An index that knows no OR is asked once for each combination."""
        wanted = self.filters
        sides = (len(wanted.sources) or 1, len(wanted.tags) or 1, len(wanted.languages) or 1, 1 + len(self.labels))
        if (combinations := prod(sides)) > MOST_COMBINATIONS:
            raise ValueError(
                f"filters: {combinations} combinations of source, tag, language and label; "
                f"at most {MOST_COMBINATIONS} can be searched at once"
            )
        return self


class Found(Message):
    """Where one list held a chunk: `rank` from 1, `score` by that list's own measure."""

    rank: int = Field(ge=1)
    score: float


class EvidenceItem(Message):
    """One chunk given to a model, with where it came from and how it was found."""

    chunk_id: str
    document_id: str
    revision: int
    title: str
    source: str
    published_at: Moment
    text: str = Field(max_length=LONGEST_PASSAGE)
    rank: int = Field(ge=1)
    score: float
    language: str = ""
    labels: tuple[str, ...] = Field(default=(), description="its document's; empty: everyone may be shown it")
    trust: float = 1.0
    found_by: dict[str, Found] = Field(default={}, description="list (a search, then each ranker) -> place and score")


class EvidenceFound(Message):
    """What retrieval found for one question; the question travels along, so that no join is needed."""

    question: Question
    searched_for: str = Field(default="", description="the words searched by, where they are not the question's own")
    asked_at: Moment = Field(description="when the broker took the question")
    items: tuple[EvidenceItem, ...] = Field(default=(), max_length=MOST_ITEMS)
    contest: str = Field(default="", description="that the question belongs to: name and version")
    recipe: str = Field(default="rag", description="of that contest, by which the passages were found")
    search: str
    encoder: str
    ranker: str = ""
    stale: bool = Field(default=False, description="true: the view had not caught up before the deadline")
    note: str = Field(default="", description="why there is nothing, where there is nothing")
    retrieval_ms: float
