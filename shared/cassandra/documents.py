"""Documents and their revisions in Cassandra."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared import order
from shared.cassandra.client import Statement, Store, answering
from shared.messages import DocumentChunked, Revision
from shared.records import Effect
from shared.retention import FOREVER, Retention, expired
from shared.stored import DocumentOutcome, StoredDocument, TakenDocument

_LATEST = "SELECT revision, description FROM documents WHERE document_id = ?"
_REVISIONS = "SELECT description FROM document_revisions WHERE document_id = ? LIMIT 100"
_TEXTS = "SELECT description, body FROM document_revisions WHERE document_id = ? LIMIT 101"
_STANDING = "SELECT description, body FROM documents WHERE document_id = ?"
_ALL = "SELECT description, body FROM documents"
_NUMBER = "INSERT INTO documents (document_id, revision) VALUES (?, ?) USING TIMESTAMP ?"
_PUT = "UPDATE documents USING TIMESTAMP ? AND TTL ? SET retracted = ?, description = ?, body = ? WHERE document_id = ?"
_PUT_REVISION = (
    "INSERT INTO document_revisions (document_id, revision, description, body) VALUES (?, ?, ?, ?) USING TTL ?"
)
_PUT_AWAY = "DELETE FROM document_revisions WHERE document_id = ? AND revision <= ?"
KEPT = 100
"""Revisions of a document before the one that stands: nobody reads more of them."""


class CassandraDocuments:
    """Sink of ingest, and its DocumentHistory; the DocumentLibrary of tuning; generators read what stands.

    What is older than `keep` says leaves by itself, and of a document's revisions all but the `kept` ones before
    the one that stands. A document's number stays: the next one must be higher.
    """

    def __init__(self, store: Store, keep: Retention = FOREVER, kept: int = KEPT) -> None:
        self._store = store
        self._keep, self._kept = keep, kept
        self._waiting: list[list[Statement]] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if isinstance(effect.outcome, TakenDocument):
            self._waiting += self._of_document(effect.outcome.chunked, effect.outcome.text)

    def flush(self) -> None:
        self._store.write_partitions(self._waiting)
        self._waiting = []

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        ids = list(dict.fromkeys(document_ids))
        result_sets = self._store.rows_of_each(_LATEST, [(document_id,) for document_id in ids])
        return {
            document_id: _described(document_id, *rows[0])
            for document_id, rows in zip(ids, result_sets, strict=True)
            if rows
        }

    def hashes(self, document_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
        ids = list(dict.fromkeys(document_ids))
        result_sets = self._store.rows_of_each(_REVISIONS, [(document_id,) for document_id in ids])
        hashes = {
            document_id: order.hashes(Revision.model_validate_json(row.description) for row in rows)
            for document_id, rows in zip(ids, result_sets, strict=True)
        }
        return {document_id: known for document_id, known in hashes.items() if known}

    def standing(self, document_ids: Iterable[str]) -> Mapping[str, StoredDocument]:
        ids = list(dict.fromkeys(document_ids))
        with answering():
            result_sets = self._store.rows_of_each(_STANDING, [(document_id,) for document_id in ids])
        return {
            document_id: StoredDocument(Revision.model_validate_json(row.description), row.body or "")
            for document_id, rows in zip(ids, result_sets, strict=True)
            for row in rows
            if row.description is not None
        }

    def documents(self) -> Iterator[StoredDocument]:
        for row in self._store.rows(_ALL):
            if row.description is not None:
                yield StoredDocument(Revision.model_validate_json(row.description), row.body or "")

    def earlier(self, document_ids: Iterable[str]) -> Mapping[str, Sequence[StoredDocument]]:
        ids = list(dict.fromkeys(document_ids))
        result_sets = self._store.rows_of_each(_TEXTS, [(document_id,) for document_id in ids])
        return {
            document_id: [
                StoredDocument(Revision.model_validate_json(row.description), row.body or "") for row in list(rows)[1:]
            ]
            for document_id, rows in zip(ids, result_sets, strict=True)
        }

    def _of_document(self, chunked: DocumentChunked, text: str) -> list[list[Statement]]:
        """The newest state, number and all at once, and the revision on record: two partitions."""
        revision = Revision.model_validate(chunked.model_dump(exclude={"chunks"}))
        name, number, description = revision.document_id, revision.revision, revision.model_dump_json()
        ttl = self._keep.seconds_left(revision.published_at)
        newest = (_PUT, (number, ttl, revision.retracted, description, text, name))
        on_record: list[Statement] = [(_PUT_REVISION, (name, number, description, text, ttl))]
        if (last := number - self._kept - 1) > 0:  # one range that grows: tombstones of earlier ones lie within it
            on_record.append((_PUT_AWAY, (name, last)))
        return [[(_NUMBER, (name, number, number)), newest], on_record]


def _described(document_id: str, number: int, description: str | None) -> Revision:
    return Revision.model_validate_json(description) if description else expired(document_id, number)
