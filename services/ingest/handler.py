"""Take documents: refuse what is unusable, drop what changes nothing, number revisions and cut them into chunks.

Every record gets one disposition under its position. A record that was decided before (it is delivered again
after a crash) gets the same decision, so that nothing is counted twice and nothing is announced never.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.ingest.changes import content_hash, redundant, superseded, wordless
from services.ingest.duplicates import APART, Duplicates, Neighbourhood, linked
from services.ingest.languages import stated
from services.ingest.ports import Chunker, Clean, Now
from services.ingest.settings import IngestSettings
from shared import order
from shared.messages import Chunk, DocumentChunked, DocumentPublished, Revision
from shared.records import Effect, InvalidMessageError, Record, effect
from shared.retention import FOREVER, Retention
from shared.signature import Signature, SignedDocument
from shared.stored import (
    STORABLE,
    Disposition,
    Dispositions,
    DocumentHistory,
    DocumentOutcome,
    DroppedDocument,
    stored_bytes,
)
from shared.topology import CHUNKS

MOST_CHUNKED = CHUNKS.max_bytes - 64 * 1024  # with room for what the broker adds
undetected = stated.build()


@dataclass(frozen=True)
class Incoming:
    """A record with its cleaned text ("" for a retraction) and what that is compared by."""

    record: Record[DocumentPublished]
    text: str
    digest: str
    signature: Signature | None

    @property
    def message(self) -> DocumentPublished:
        return self.record.message


@dataclass(frozen=True)
class Ingest:
    """The handler with its ports; `cleaners` by content type, `language` gives an ISO 639-1 code or ""."""

    settings: IngestSettings
    dispositions: Dispositions
    history: DocumentHistory
    chunk: Chunker
    cleaners: Mapping[str, Clean]
    now: Now
    language: Callable[[str], str] = undetected
    duplicates: Duplicates = APART
    keep: Retention = FOREVER

    def __call__(self, batch: Sequence[Record[DocumentPublished]]) -> Iterator[Effect[DocumentOutcome]]:
        """One outcome per record, in order; raises InvalidMessageError for what can never be taken."""
        newest = dict(self.history.latest([record.message.document_id for record in batch]))
        # After the rows: a member that lost these records may still be storing, and stores dispositions first.
        decided = self.dispositions.of([record.position for record in batch])
        incoming = [self._incoming(record) for record in batch]
        undecided = [document for document in incoming if document.record.position not in decided]
        around, earlier = self._around(undecided, newest), self._earlier(undecided, newest)
        for document in incoming:
            outcome = self._decide(document, around, earlier, decided.get(document.record.position))
            if isinstance(outcome, SignedDocument):
                newest[document.message.document_id] = outcome.chunked
                if order.closes(outcome.chunked):
                    earlier[document.message.document_id].clear()
                earlier[document.message.document_id].add(document.digest)
                around.add(outcome)
            yield effect(document.record, outcome)

    def _incoming(self, record: Record[DocumentPublished]) -> Incoming:
        text = self._text(record.message)
        return Incoming(record, text, content_hash(record.message, text), self.duplicates.sign(text))

    def _around(self, incoming: Sequence[Incoming], newest: dict[str, Revision]) -> Neighbourhood:
        """Only what is new, or has a link to lose, is looked up: for other revisions nothing depends on it."""
        known = [(document.signature, newest.get(document.message.document_id)) for document in incoming]
        asking = [sign for sign, of in known if sign and (of is None or of.retracted or of.duplicate_of)]
        return self.duplicates.around(asking, newest, self.history)

    def _earlier(self, incoming: Sequence[Incoming], newest: Mapping[str, Revision]) -> dict[str, set[str]]:
        """By document, the hashes of what it was before, where one of these may be that."""
        known = [(document.message, newest.get(document.message.document_id)) for document in incoming]
        asking = [message.document_id for message, of in known if of and order.may_repeat(message, of)]
        return defaultdict(set, {name: set(hashes) for name, hashes in self.history.hashes(asking).items()})

    def _decide(
        self,
        document: Incoming,
        around: Neighbourhood,
        earlier: Mapping[str, set[str]],
        before: Disposition | None,
    ) -> DocumentOutcome:
        known = around.newest.get(document.message.document_id)
        disposition = before or self._disposition(document, around, earlier, known)
        return self._taken(document, disposition) if disposition.outcome == "revision" else DroppedDocument(disposition)

    def _disposition(
        self, document: Incoming, around: Neighbourhood, earlier: Mapping[str, set[str]], known: Revision | None
    ) -> Disposition:
        position, name = document.record.position, document.message.document_id
        number = known.revision if known else 0
        reason = redundant(document.message, document.digest, known) or self._outdated(document.record)
        if reason := reason or superseded(document.message, document.digest, known, earlier[name]):
            return Disposition(position, "dropped", name, number, reason)
        reason = around.reason(document.message, document.signature, known)
        if reason and known is None and around.policy == "drop":
            return Disposition(position, "dropped", name, number, reason)
        return Disposition(position, "revision", name, number + 1, reason)

    def _outdated(self, record: Record[DocumentPublished]) -> str:
        """Why a document is too old to be kept, or ""; a retraction is never too old."""
        limit = self.keep.not_before
        if limit is None or record.message.op == "retract" or self._published(record) >= limit:
            return ""
        return f"published more than {self.keep.days:g} days ago"

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

    def _taken(self, document: Incoming, disposition: Disposition) -> SignedDocument:
        message, published = wordless(document.message), self._published(document.record)
        chunked = DocumentChunked(
            document_id=message.document_id,
            revision=disposition.revision,
            retracted=message.op == "retract",
            title=message.title,
            source=message.source,
            url=message.url,
            tags=message.tags,
            language=self._language(message, document.text),
            labels=message.labels,
            trust=self.settings.trust.get(message.source, self.settings.default_trust),
            duplicate_of=linked(disposition.reason),
            published_at=published,
            first_seen_at=self._plausible(message.first_seen_at or published, document.record, "first_seen_at"),
            content_hash=document.digest,
            appended_at=document.record.appended_at,
            ingested_at=self.now(),
            chunks=self._chunks(message, published, document.text),
        )
        if (size := len(chunked.model_dump_json().encode())) > MOST_CHUNKED:
            raise InvalidMessageError(f"text: {size:,} bytes with all its chunks as JSON; {MOST_CHUNKED:,} can be sent")
        return SignedDocument(disposition, chunked, document.text, document.signature)

    def _language(self, message: DocumentPublished, text: str) -> str:
        """As the publisher says it, without a region ("en-GB" is "en"); else as it is detected."""
        stated = message.language.replace("_", "-").split("-")[0].strip().lower()
        return stated or (self.language(f"{message.title}\n{text}") if text else "")

    def _chunks(self, message: DocumentPublished, published: datetime, text: str) -> tuple[Chunk, ...]:
        passages = self.chunk(message.title, f"{published:%d %B %Y}", text) if text else []
        if (stored := stored_bytes(message, passages)) > STORABLE:
            raise InvalidMessageError(
                f"text: {len(passages)} chunks of {stored} bytes in all, with title, source, tags and labels in each; "
                f"{STORABLE} can be stored"
            )
        return tuple(Chunk(position=place, text=passage) for place, passage in enumerate(passages))

    def _published(self, record: Record[DocumentPublished]) -> datetime:
        return self._plausible(record.message.published_at or record.appended_at, record, "published_at")

    def _plausible(self, moment: datetime, record: Record[DocumentPublished], name: str) -> datetime:
        latest = record.appended_at + timedelta(hours=self.settings.latest_ahead_hours)
        if not self.settings.earliest <= moment <= latest:
            raise InvalidMessageError(
                f"{name}: {moment.isoformat()} is not between {self.settings.earliest:%Y-%m-%d} and {latest:%Y-%m-%d}"
            )
        return moment
