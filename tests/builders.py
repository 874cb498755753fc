"""Messages and records for tests: valid as they come, changed by keyword."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from shared.messages import (
    Answer,
    Chunk,
    Comparison,
    DocumentChunked,
    DocumentPublished,
    EvidenceFound,
    EvidenceItem,
    Grade,
    Message,
    Outcome,
    Question,
    References,
    Reply,
    Verdicts,
    Vote,
)
from shared.records import Effect, Position, RawRecord, Record

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
M = TypeVar("M", bound=Message)


def a_document(**changes: Any) -> DocumentPublished:
    """A small story."""
    values: dict[str, Any] = {
        "document_id": "story-1",
        "title": "Lantern fair moved",
        "text": "The lantern fair at Tavrick Fields moves to the old harbour this year.",
        "source": "Harrow Vale Wire",
        "published_at": NOON,
        "tags": ("culture",),
    }
    return DocumentPublished(**values | changes)


def a_chunked_document(**changes: Any) -> DocumentChunked:
    """The first revision of a small story, in one chunk."""
    values: dict[str, Any] = {
        "document_id": "story-1",
        "revision": 1,
        "title": "Lantern fair moved",
        "source": "Harrow Vale Wire",
        "tags": ("culture",),
        "published_at": NOON,
        "first_seen_at": NOON,
        "content_hash": "c0ffee",
        "appended_at": NOON,
        "ingested_at": NOON,
        "chunks": (Chunk(position=0, text="The lantern fair moves to the old harbour."),),
    }
    return DocumentChunked(**values | changes)


def a_question(**changes: Any) -> Question:
    """A question with one accepted answer."""
    values: dict[str, Any] = {
        "question_id": "q-1",
        "text": "Where is the lantern fair held?",
        "references": ("the old harbour",),
        "slice": "learned",
    }
    return Question(**values | changes)


def an_evidence_item(**changes: Any) -> EvidenceItem:
    """The chunk that answers the question."""
    values: dict[str, Any] = {
        "chunk_id": "story-1:1:0",
        "document_id": "story-1",
        "revision": 1,
        "title": "Lantern fair moved",
        "source": "Harrow Vale Wire",
        "published_at": NOON,
        "text": "The lantern fair moves to the old harbour.",
        "rank": 1,
        "score": 0.8,
    }
    return EvidenceItem(**values | changes)


def evidence(**changes: Any) -> EvidenceFound:
    """What retrieval found for the question."""
    values: dict[str, Any] = {
        "question": a_question(),
        "asked_at": NOON,
        "items": (an_evidence_item(),),
        "search": "dense",
        "encoder": "hashing-64",
        "retrieval_ms": 3.0,
    }
    return EvidenceFound(**values | changes)


def an_answer(**changes: Any) -> Answer:
    """What the base model with retrieval said."""
    values: dict[str, Any] = {
        "question_id": "q-1",
        "arm": "base+rag",
        "status": "answered",
        "text": "The old harbour",
        "model": "echo",
        "backend": "echo",
        "prompt_version": "rag.v1",
        "asked_at": NOON,
    }
    return Answer(**values | changes)


def references(**changes: Any) -> References:
    """What is accepted as an answer, said after the question was asked."""
    values: dict[str, Any] = {"question_id": "q-1", "references": ("the new quay",), "given_by": "desk"}
    return References(**values | changes)


def a_vote(**changes: Any) -> Vote:
    """Ann prefers retrieval."""
    values: dict[str, Any] = {
        "question_id": "q-1",
        "arm_a": "base+rag",
        "arm_b": "tuned",
        "choice": "a",
        "voter": "ann",
    }
    return Vote(**values | changes)


def verdicts(
    outcome: Outcome = "a", arms: tuple[str, str] = ("base+rag", "tuned"), grade: int | None = 4, **changes: Any
) -> Verdicts:
    """A judge's comparison of two arms, and its grade of the first."""
    values: dict[str, Any] = {
        "question_id": "q-1",
        "judge": "main",
        "backend": "scripted",
        "model": "judge-1",
        "prompts": {"pairwise": "pairwise.v1", "rubric": "rubric.v1"},
        "comparisons": (Comparison(arms=arms, outcome=outcome, replies=(Reply(), Reply())),),
        "grades": (Grade(arm=arms[0], grade=grade, reply=Reply()),),
    }
    return Verdicts(**values | changes)


def a_raw_record(
    value: bytes | None, *, topic: str = "a.topic", offset: int = 0, key: bytes | None = b"key", partition: int = 0
) -> RawRecord:
    """A record as the broker keeps it, one second after noon for each offset."""
    return RawRecord(Position(topic, partition, offset), key, value, NOON + timedelta(seconds=offset))


def a_record(message: M, *, topic: str = "a.topic", offset: int = 0) -> Record[M]:
    """A parsed record."""
    return Record(message, a_raw_record(message.model_dump_json().encode(), topic=topic, offset=offset))


def store(effects: Sequence[Effect[Any]], *sinks: Any) -> None:
    """Give all effects to each sink and flush it, one sink after the other."""
    for sink in sinks:
        for done in effects:
            sink.write(done)
        sink.flush()
