"""The audit: every record that came in is accounted for by what stands in the topics and in the store.

Documents: in = revisions indexed + dead + dropped. Questions: in = results + dead, where a question that was
published again under its id is the same question, and a result that was published again is the same result: with a
higher version after references or votes came, or word for word. Counters of the services are not asked. What left its
topic before a service had read it stands in no topic any more: that is what services themselves have written down.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from shared import dead_letters, topology
from shared.lab import lost_unread
from shared.lab.document_fates import Ends, PartitionFates
from shared.lab.lost_unread import LostUnread
from shared.messages import DocumentChunked, DocumentIndexed, Question, RecordsLost
from shared.records import InvalidMessageError, Position, RawRecord, key_of, parsed, understood
from shared.stored import Disposition


@dataclass(frozen=True)
class Audit:
    """What came in and what became of it. `unaccounted` is empty when nothing is lost or on its way.

    `lost`: what services never read. `since`: in ISO 8601, from when on all of this is counted; "" where from ever.
    """

    documents_in: int
    revisions_indexed: int
    documents_dead: int
    documents_dropped: int
    questions_in: int
    questions_repeated: int
    results_out: int
    results_repeated: int
    results_revised: int
    questions_dead: int
    unaccounted: tuple[str, ...]
    evidence: Mapping[str, int] = field(default_factory=dict)
    """Recipe -> questions for which its evidence stands in the topic."""
    lost: tuple[LostUnread, ...] = ()
    since: str = ""

    @property
    def balanced(self) -> bool:
        return not self.unaccounted and not self.lost

    @property
    def lost_unread(self) -> int:
        """How many records no service read that should have, each counted for each such service."""
        return sum(loss.records for loss in self.lost)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"balanced": self.balanced, "lost_unread": self.lost_unread}


class AuditSource(Protocol):
    """What the audit reads. `since`: what is older is not counted; None where everything is."""

    since: datetime | None

    def ranges(self, topic: str) -> dict[int, tuple[int, int]]:
        """First and end offset of each partition, of what is counted."""

    def read(self, topic: str) -> Iterable[RawRecord]:
        """Every record of a topic."""

    def dispositions(self, topic: str, partition: int, low: int, high: int) -> Iterable[Disposition]:
        """What ingest decided about a range of records."""


def audit(source: AuditSource) -> Audit:
    """Read everything and add it up."""
    documents, missing_documents = _documents(source)
    questions, missing_questions = _questions(source)
    losses = understood(RecordsLost, source.read(topology.LOSSES.name))
    return Audit(
        **documents,
        **questions,
        unaccounted=(*missing_documents, *missing_questions),
        evidence=_evidence(source),
        lost=lost_unread.since((loss for _, loss in losses), source.since),
        since=source.since.isoformat() if source.since else "",
    )


def _documents(source: AuditSource) -> tuple[dict[str, int], list[str]]:
    topic, dead = topology.DOCUMENTS.name, _dead(source, topology.DOCUMENTS)
    ends, count, missing = Ends(_indexed(source), _dead_revisions(source)), Counter[str](), list[str]()
    for partition, (low, high) in source.ranges(topic).items():
        fates = PartitionFates(topic, partition, low, high)
        fates.bury(dead)
        fates.decide(source.dispositions(topic, partition, low, high), ends)
        count += fates.count()
        missing += map(name, fates.unaccounted())
    return {
        "documents_in": count.total(),
        "revisions_indexed": count["indexed"],
        "documents_dead": count["dead"],
        "documents_dropped": count["dropped"],
    }, missing


def _questions(source: AuditSource) -> tuple[dict[str, int], list[str]]:
    dead = _dead(source, topology.QUESTIONS)
    times_asked = Counter(_question_ids(source, dead))
    results = _results(source)
    answered = {question_id: results[question_id] for question_id in times_asked if question_id in results}
    lost_dead = [position for position in _positions(source, topology.QUESTIONS) if position in dead]
    return {
        "questions_in": len(times_asked) + len(lost_dead),
        "questions_repeated": sum(times_asked.values()) - len(times_asked),
        "results_out": len(answered),
        "results_repeated": sum(versions.total() - len(versions) for versions in answered.values()),
        "results_revised": sum(len(versions) - 1 for versions in answered.values()),
        "questions_dead": len(lost_dead),
    }, [f"question {question_id}" for question_id in times_asked if question_id not in results]


class _Version(BaseModel):
    """Of a result, the part that the audit needs."""

    result_version: int = 1


def _results(source: AuditSource) -> Mapping[str, Counter[int]]:
    """How often each version of each question's result was published; earlier ones may be compacted away."""
    versions: dict[str, Counter[int]] = {}
    for record, result in understood(_Version, source.read(topology.RESULTS.name)):
        versions.setdefault(key_of(record), Counter())[result.result_version] += 1
    return versions


class _EvidenceRecipe(BaseModel):
    """Of evidence, the part that the audit needs."""

    recipe: str = "rag"


def _evidence(source: AuditSource) -> dict[str, int]:
    questions: dict[str, set[bytes]] = {}
    for record, evidence in understood(_EvidenceRecipe, source.read(topology.EVIDENCE.name)):
        questions.setdefault(evidence.recipe, set()).add(record.key or b"")
    return {recipe: len(keys) for recipe, keys in sorted(questions.items())}


def _question_ids(source: AuditSource, dead: set[Position]) -> Iterator[str]:
    for record in source.read(topology.QUESTIONS.name):
        if record.position in dead or (source.since and record.appended_at < source.since):
            continue
        try:
            yield parsed(Question, record.value).question_id
        except InvalidMessageError:
            yield name(record.position)


def _indexed(source: AuditSource) -> dict[str, int]:
    """The newest announced revision of each document; earlier ones may be compacted away."""
    newest: dict[str, int] = {}
    for _, message in understood(DocumentIndexed, source.read(topology.INDEXED.name)):
        newest[message.document_id] = max(message.revision, newest.get(message.document_id, 0))
    return newest


def _dead(source: AuditSource, topic: topology.AnyTopic) -> set[Position]:
    """Records of a topic that some service buried; several may bury the same one."""
    places = (dead_letters.origin(record.headers) for record in source.read(topic.dead))
    return {place for place in places if place is not None}


def _dead_revisions(source: AuditSource) -> set[tuple[str, int]]:
    """Revisions whose chunks were buried; a letter that is no revision at all accounts for none."""
    revisions: set[tuple[str, int]] = set()
    for _, message in understood(DocumentChunked, source.read(topology.CHUNKS.dead)):
        revisions.add((message.document_id, message.revision))
    return revisions


def _positions(source: AuditSource, topic: topology.AnyTopic) -> Iterator[Position]:
    for partition, (low, high) in source.ranges(topic.name).items():
        yield from (Position(topic.name, partition, offset) for offset in range(low, high))


def name(position: Position) -> str:
    """A position as a person writes it."""
    return f"{position.topic}[{position.partition}]@{position.offset}"
