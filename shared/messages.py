"""Every message that travels on a topic: frozen values, JSON on the wire, one version number each.

Messages that strangers publish (`DocumentPublished`, `Question`) refuse unknown fields, so that a misspelt
name is reported instead of ignored. Messages between our own services ignore what they do not know, so that
a newer writer does not stop an older reader. Times are aware datetimes in UTC; durations end in `_ms` or `_s`.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _in_utc(moment: datetime) -> datetime:
    """Read a time without a zone as UTC, which is what feeds mean when they leave it out."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
Identifier = Annotated[str, Field(min_length=1, max_length=512)]
AnswerStatus = Literal["answered", "abstained", "failed"]


class Message(BaseModel):
    """What every message is: an immutable value with a schema version."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    version: Literal[1] = 1


class PublicMessage(Message):
    """A message that anyone may publish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentPublished(PublicMessage):
    """A news item put in (`upsert`, also when it is changed) or taken back (`retract`)."""

    document_id: Identifier
    op: Literal["upsert", "retract"] = "upsert"
    title: str = Field(default="", max_length=2_000)
    text: str = ""
    content_type: Literal["text/plain", "text/html"] = "text/plain"
    source: str = Field(default="", max_length=512)
    url: str = Field(default="", max_length=4_000)
    published_at: Moment | None = Field(default=None, description="absent: the time the broker took it")
    first_seen_at: Moment | None = Field(
        default=None, description="when the feed first had it; `as_of` compares with it; absent: published_at"
    )
    tags: tuple[str, ...] = ()


class Chunk(Message):
    """A passage of one revision, small enough for the encoder; `text` opens with the title and the date."""

    position: int = Field(ge=0)
    text: str


class Revision(Message):
    """Identity of one state of one document, with what searches filter by."""

    document_id: str
    revision: int = Field(ge=1)
    retracted: bool = False
    title: str = ""
    source: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    published_at: Moment
    first_seen_at: Moment
    content_hash: str
    appended_at: Moment = Field(description="when the broker took the document")
    ingested_at: Moment


class DocumentChunked(Revision):
    """One revision with all its chunks; a retraction has none."""

    chunks: tuple[Chunk, ...] = ()


class DocumentIndexed(Revision):
    """Said once the vectors are stored: from now on the revision is what searches find."""

    chunk_count: int = Field(ge=0)
    encoder: str
    stored_at: Moment


class Filters(PublicMessage):
    """What the evidence must satisfy; empty means anything."""

    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_from: Moment | None = None
    published_to: Moment | None = None


class Question(PublicMessage):
    """Something asked, with what is needed to score the answers when that is known."""

    question_id: Identifier
    text: str = Field(min_length=1, max_length=4_000)
    choices: tuple[str, ...] = ()
    references: tuple[str, ...] | None = Field(
        default=None, description="accepted answers; empty: abstaining is right; absent: not scored"
    )
    outdated: str | None = Field(default=None, description="the answer that later news made wrong")
    slice: str = Field(default="unsliced", min_length=1, max_length=64)
    gold_document_ids: tuple[str, ...] = ()
    filters: Filters = Filters()
    as_of: Moment | None = Field(default=None, description="no evidence first seen after this")
    deadline_s: float = Field(default=300.0, gt=0, le=86_400, description="answers later than this are missing")

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.text.strip():
            raise ValueError("text: a question needs words")
        return self


class EvidenceItem(Message):
    """One chunk given to a model, with where it came from and how it was found."""

    chunk_id: str
    document_id: str
    revision: int
    title: str
    source: str
    published_at: Moment
    text: str
    rank: int = Field(ge=1)
    score: float
    found_by: dict[str, float] = Field(default={}, description="search name -> that search's own score")


class EvidenceFound(Message):
    """What retrieval found for one question; the question travels along, so that no join is needed."""

    question: Question
    asked_at: Moment = Field(description="when the broker took the question")
    items: tuple[EvidenceItem, ...] = ()
    search: str
    encoder: str
    stale: bool = Field(default=False, description="true: the view had not caught up before the deadline")
    retrieval_ms: float


class AdapterRef(Message):
    """Which fine-tuning spoke: the adapter and the time its knowledge ends."""

    name: str
    cutoff: Moment
    weights_sha256: str


class Answer(Message):
    """What one arm said, or that it abstained, or that it failed and why."""

    question_id: str
    arm: str
    status: AnswerStatus
    text: str = ""
    failure: str | None = None
    citations: tuple[str, ...] = Field(default=(), description="chunk ids the answer points at")
    evidence: tuple[str, ...] = Field(default=(), description="chunk ids that were in the prompt")
    evidence_titles: tuple[str, ...] = ()
    stale: bool = False
    model: str
    adapter: AdapterRef | None = None
    backend: str
    prompt_version: str
    asked_at: Moment
    retrieval_ms: float = 0.0
    generation_ms: float = Field(default=0.0, description="the model's time for the batch it was answered in")
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ScoredAnswer(Message):
    """An answer with its scores, and how long the questioner waited for it."""

    answer: Answer
    latency_ms: float
    scores: dict[str, float] = Field(default={}, description="metric name -> value; absent where it does not apply")


class Result(Message):
    """One question with all its answers and their scores."""

    question: Question
    asked_at: Moment
    scored_at: Moment
    answers: dict[str, ScoredAnswer] = Field(description="arm -> what it said")
    missing: tuple[str, ...] = Field(default=(), description="arms that had not answered by the deadline")
    unanswered: dict[str, float] = Field(default={}, description="metric -> what an arm that did not answer scores")
    metric_versions: dict[str, str]
    result_version: int = 1


class Estimate(Message):
    """A mean over n questions with its 95 % interval (see the scorer's standings for the method)."""

    n: int
    mean: float
    ci95: tuple[float, float]


class Standing(Message):
    """The aggregates of every arm on one slice; slice `all` covers every question."""

    slice: str
    arms: dict[str, dict[str, Estimate]] = Field(description="arm -> metric -> estimate")
    metric_versions: dict[str, str]
    counted_at: Moment


class TrainingRun(Message):
    """What a tuning run cost and where it ended."""

    seconds: float
    tokens: int
    steps: int
    final_loss: float


class AdapterAnnounced(Message):
    """A fine-tuned adapter ready to serve, with its lineage."""

    name: str
    location: str = Field(description="folder that holds adapter_model.safetensors")
    base_model: str
    base_sha256: str
    weights_sha256: str
    cutoff: Moment
    dataset_sha256: str
    documents: int
    examples: int
    created_at: Moment
    training: TrainingRun

    @property
    def ref(self) -> AdapterRef:
        return AdapterRef(name=self.name, cutoff=self.cutoff, weights_sha256=self.weights_sha256)
