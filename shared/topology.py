"""The way of a message: every topic, every step between topics, and nothing else.

Topic creation, the flow page of the docs and the architecture tests are derived from this file;
no other source file writes a topic's name.
"""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from shared.messages import (
    ActionTaken,
    AdapterAnnounced,
    Answer,
    ContestAnnounced,
    DocumentChunked,
    DocumentIndexed,
    DocumentPublished,
    EncodersAnnounced,
    EvidenceFound,
    Message,
    Question,
    RecordsLost,
    References,
    Result,
    Reviewed,
    ReviewItem,
    Standing,
    TrainingPair,
    TuningDecided,
    Verdicts,
    Vote,
)

M = TypeVar("M", bound=Message)
MiB = 1024 * 1024


@dataclass(frozen=True)
class Topic(Generic[M]):
    """A topic, what it carries and how it is kept.

    `kept`: "time" (deleted by age) or "compacted" (the newest message per key stays).
    `key`: the message's field or property, dotted where nested, whose value keys the record.
    """

    name: str
    message: type[M]
    key: str
    kept: Literal["time", "compacted"]
    public: bool = False
    max_bytes: int = 4 * MiB

    @property
    def dead(self) -> str:
        """Name of the topic that keeps what could not be handled, byte for byte."""
        return f"{self.name}.dead"

    def key_of(self, message: M) -> str:
        """The record key of a message."""
        value: object = message
        for part in self.key.split("."):
            value = getattr(value, part)
        return str(value)


DOCUMENTS = Topic("news.documents.v1", DocumentPublished, "document_id", "time", public=True)
CHUNKS = Topic("news.chunks.v1", DocumentChunked, "document_id", "time")
INDEXED = Topic("news.indexed.v1", DocumentIndexed, "document_id", "compacted", public=True)
ENCODERS = Topic("news.encoders.v1", EncodersAnnounced, "of", "compacted")
CONTESTS = Topic("qa.contests.v1", ContestAnnounced, "announcement_id", "compacted")
QUESTIONS = Topic("qa.questions.v1", Question, "question_id", "time", public=True)
EVIDENCE = Topic("qa.evidence.v1", EvidenceFound, "question.question_id", "time")
ANSWERS = Topic("qa.answers.v1", Answer, "question_id", "time")
REFERENCES = Topic("qa.references.v1", References, "question_id", "time", public=True)
VOTES = Topic("qa.votes.v1", Vote, "question_id", "time", public=True)
VERDICTS = Topic("qa.verdicts.v1", Verdicts, "question_id", "time")
RESULTS = Topic("qa.results.v1", Result, "question.question_id", "compacted", public=True)
STANDINGS = Topic("qa.standings.v1", Standing, "key", "compacted")
REVIEW_ITEMS = Topic("qa.review-items.v1", ReviewItem, "key", "compacted")
REVIEWS = Topic("qa.reviews.v1", Reviewed, "key", "compacted")
PAIRS = Topic("models.pairs.v1", TrainingPair, "pair_id", "compacted", public=True)
ADAPTERS = Topic("models.adapters.v1", AdapterAnnounced, "name", "compacted")
TUNINGS = Topic("models.tunings.v1", TuningDecided, "tuning_id", "compacted")
ACTIONS = Topic("ops.actions.v1", ActionTaken, "action_id", "compacted")
LOSSES = Topic("ops.losses.v1", RecordsLost, "loss_id", "compacted")

AnyTopic = Topic[Any]

TOPICS: tuple[AnyTopic, ...] = (
    DOCUMENTS, CHUNKS, INDEXED, ENCODERS, CONTESTS, QUESTIONS, EVIDENCE, ANSWERS, REFERENCES, VOTES, VERDICTS,
    RESULTS, STANDINGS, REVIEW_ITEMS, REVIEWS, PAIRS, ADAPTERS, TUNINGS, ACTIONS, LOSSES,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One service's part of the way: what it reads (as a group), follows (all of it) and writes.

    `stores`: tables that it writes and reads; `looks_up`: tables that it reads alone. `chunks` stands for the table of
    each encoder. `buried`: topics whose dead letters it follows, and sends again where a person asks for it.
    """

    service: str
    reads: tuple[AnyTopic, ...]
    writes: tuple[AnyTopic, ...]
    stores: tuple[str, ...] = ()
    follows: tuple[AnyTopic, ...] = ()
    buried: tuple[AnyTopic, ...] = ()
    looks_up: tuple[str, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(
        "ingest",
        (DOCUMENTS,),
        (CHUNKS, DOCUMENTS, LOSSES),
        ("documents", "document_revisions", "dispositions", "signatures", "signature_bands"),
    ),
    Step("embedder", (CHUNKS,), (INDEXED, LOSSES), ("chunks",), follows=(ENCODERS,)),
    Step(
        "retriever",
        (QUESTIONS,),
        (EVIDENCE, LOSSES),
        (),
        follows=(INDEXED, ENCODERS, CONTESTS),
        looks_up=("chunks",),
    ),
    Step(
        "generator",
        (QUESTIONS, EVIDENCE),
        (ANSWERS, LOSSES),
        (),
        follows=(ADAPTERS, CONTESTS, INDEXED),
        looks_up=("documents",),
    ),
    Step(
        "scorer",
        (QUESTIONS, ANSWERS, REFERENCES, VOTES, VERDICTS),
        (RESULTS, STANDINGS, LOSSES),
        ("results",),
        follows=(CONTESTS, RESULTS),
    ),
    Step("tuner", (), (TUNINGS,), follows=(INDEXED, STANDINGS, ADAPTERS, TUNINGS)),
    Step("judge", (RESULTS,), (VERDICTS, LOSSES)),
    Step(
        "web",
        (),
        (DOCUMENTS, QUESTIONS, VOTES, REFERENCES, REVIEWS, ADAPTERS, CONTESTS, ACTIONS),
        follows=(
            CONTESTS,
            DOCUMENTS,
            CHUNKS,
            INDEXED,
            QUESTIONS,
            EVIDENCE,
            ANSWERS,
            RESULTS,
            STANDINGS,
            VOTES,
            REFERENCES,
            REVIEW_ITEMS,
            REVIEWS,
            ADAPTERS,
            TUNINGS,
            ACTIONS,
        ),
        buried=TOPICS,
        looks_up=("documents", "document_revisions"),
    ),
)
TRAINING = Step(
    "training",
    (),
    (ADAPTERS,),
    follows=(ADAPTERS, ENCODERS, PAIRS),
    looks_up=("documents", "document_revisions", "chunks"),
)
"""The job that the tuner starts, and a person by hand."""


def needed_by(service: str) -> list[str]:
    """Names of every topic that a service touches, dead letters included."""
    step = next(step for step in STEPS if step.service == service)
    return [topic.name for topic in (*step.reads, *step.writes, *step.follows)] + [
        t.dead for t in (*step.reads, *step.buried)
    ]


def changelog_of(group: str) -> str:
    """The topic in which a group keeps its open joins."""
    return f"{group}-joins-changelog"
