"""Take documents: refuse what is unusable, drop what changes nothing, number revisions and cut them into chunks.

Every record gets one disposition under its position. A record that was decided before (it is delivered again
after a crash) gets the same decision, so that nothing is counted twice and nothing is announced never.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from services.ingest.ports import Chunker, Clean, Now
from services.ingest.settings import IngestSettings
from shared.messages import Chunk, DocumentChunked, DocumentPublished, Revision
from shared.records import Effect, InvalidMessageError, Record, effect
from shared.stored import Disposition, DocumentHistory, DroppedDocument, TakenDocument
from shared.topology import CHUNKS

OVERHEAD = 64  # of a chunk in JSON
Outcome = TakenDocument | DroppedDocument


@dataclass(frozen=True)
class Ingest:
    """The handler with its ports; `cleaners` by content type."""

    settings: IngestSettings
    history: DocumentHistory
    chunk: Chunker
    cleaners: Mapping[str, Clean]
    now: Now

    def __call__(self, batch: Sequence[Record[DocumentPublished]]) -> Iterator[Effect[Outcome]]:
        """One outcome per record, in order; raises InvalidMessageError for what can never be taken."""
        decided = self.history.dispositions([record.position for record in batch])
        newest = dict(self.history.latest([record.message.document_id for record in batch]))
        for record in batch:
            outcome = self._decide(record, newest.get(record.message.document_id), decided.get(record.position))
            if isinstance(outcome, TakenDocument):
                newest[record.message.document_id] = outcome.chunked
            yield effect(record, outcome)

    def _decide(self, record: Record[DocumentPublished], known: Revision | None, before: Disposition | None) -> Outcome:
        text = self._text(record.message)
        digest = content_hash(record.message, text)
        if before is not None:
            return (
                self._taken(record, text, digest=digest, made=before)
                if before.outcome == "revision"
                else DroppedDocument(before)
            )
        if reason := redundant(record.message, digest, known):
            number = known.revision if known else 0
            return DroppedDocument(Disposition(record.position, "dropped", record.message.document_id, number, reason))
        number = known.revision + 1 if known else 1
        made = Disposition(record.position, "revision", record.message.document_id, number)
        return self._taken(record, text, digest=digest, made=made)

    def _text(self, message: DocumentPublished) -> str:
        """The cleaned text; "" for a retraction."""
        if message.op == "retract":
            return ""
        if (size := len(message.text.encode())) > self.settings.max_text_bytes:
            raise InvalidMessageError(f"text: {size} bytes, at most {self.settings.max_text_bytes} are taken")
        text = self.cleaners[message.content_type](message.text)
        if not text:
            raise InvalidMessageError("text: nothing is left after cleaning; a retraction needs op 'retract'")
        return text

    def _taken(self, record: Record[DocumentPublished], text: str, digest: str, made: Disposition) -> TakenDocument:
        message = record.message
        published = self._plausible(message.published_at or record.appended_at, record, "published_at")
        seen = self._plausible(message.first_seen_at or published, record, "first_seen_at")
        chunked = DocumentChunked(
            document_id=message.document_id,
            revision=made.revision,
            retracted=message.op == "retract",
            title=message.title,
            source=message.source,
            url=message.url,
            tags=message.tags,
            published_at=published,
            first_seen_at=seen,
            content_hash=digest,
            appended_at=record.appended_at,
            ingested_at=self.now(),
            chunks=self._chunks(message.title, published, text),
        )
        return TakenDocument(made, chunked, text)

    def _chunks(self, title: str, published: datetime, text: str) -> tuple[Chunk, ...]:
        passages = self.chunk(title, f"{published:%d %B %Y}", text) if text else []
        if (size := sum(len(passage.encode()) + OVERHEAD for passage in passages)) > CHUNKS.max_bytes:
            raise InvalidMessageError(
                f"text: {len(passages)} chunks of {size} bytes in all, titles included; {CHUNKS.max_bytes} can be sent"
            )
        return tuple(Chunk(position=place, text=passage) for place, passage in enumerate(passages))

    def _plausible(self, moment: datetime, record: Record[DocumentPublished], name: str) -> datetime:
        latest = record.appended_at + timedelta(hours=self.settings.latest_ahead_hours)
        if not self.settings.earliest <= moment <= latest:
            raise InvalidMessageError(
                f"{name}: {moment.isoformat()} is not between {self.settings.earliest:%Y-%m-%d} and {latest:%Y-%m-%d}"
            )
        return moment


def redundant(message: DocumentPublished, digest: str, known: Revision | None) -> str:
    """Why a document changes nothing, or "" where it does."""
    if message.op == "retract":
        if known is None:
            return "retracts a document that was never published"
        return "already retracted" if known.retracted else ""
    return "unchanged" if known and not known.retracted and known.content_hash == digest else ""


def content_hash(message: DocumentPublished, text: str) -> str:
    """SHA-256 over everything that a reader or a filter could see; "" for a retraction."""
    if message.op == "retract":
        return ""
    seen = message.model_copy(update={"text": text, "content_type": "text/plain", "op": "upsert"})
    return sha256(seen.model_dump_json().encode()).hexdigest()
