"""Signatures of live documents in Cassandra, and which documents stand in each band."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from shared.cassandra.client import Statement, Store
from shared.records import Effect
from shared.retention import FOREVER, Retention
from shared.signature import Signature, SignedDocument, Values
from shared.stored import DocumentOutcome

STORED = np.dtype("<u4")
MOST_IN_A_BAND = 32  # a text that thousands reprint is found by some of them as well
_IN_BANDS = "SELECT document_id FROM signature_bands WHERE band IN ? PER PARTITION LIMIT ?"
_SIGNATURE = "SELECT minhash FROM signatures WHERE document_id = ?"
_BANDS = "SELECT bands FROM signatures WHERE document_id = ?"
_PUT = "INSERT INTO signatures (document_id, minhash, bands) VALUES (?, ?, ?) USING TIMESTAMP ? AND TTL ?"
_REMOVE = "DELETE FROM signatures USING TIMESTAMP ? WHERE document_id = ?"
_JOIN = "INSERT INTO signature_bands (band, document_id) VALUES (?, ?) USING TIMESTAMP ? AND TTL ?"
_LEAVE = "DELETE FROM signature_bands USING TIMESTAMP ? WHERE band = ? AND document_id = ?"


class CassandraSignatures:
    """Sink of ingest, and the signatures it compares with. Those of documents older than `keep` says are gone.

    The row of `signatures` is what counts; a row of `signature_bands` may be out of date.
    """

    def __init__(self, store: Store, keep: Retention = FOREVER) -> None:
        self._store = store
        self._keep = keep
        self._waiting: dict[str, SignedDocument] = {}

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if isinstance(effect.outcome, SignedDocument):
            self._waiting[effect.outcome.chunked.document_id] = effect.outcome

    def flush(self) -> None:
        """One request for each document. It spans partitions, so it is not atomic: a half of it is written again."""
        before = self._bands([name for name, signed in self._waiting.items() if signed.chunked.revision > 1])
        changes = [list(self._change(signed, before.get(name, set()))) for name, signed in self._waiting.items()]
        self._store.write_partitions([statements for statements in changes if statements])
        self._waiting.clear()

    def candidates(self, signatures: Sequence[Signature]) -> list[Mapping[str, Values]]:
        result_sets = self._store.rows_of_each(
            _IN_BANDS, [(list(signature.bands), MOST_IN_A_BAND) for signature in signatures]
        )
        near = [{row.document_id for row in rows} for rows in result_sets]
        values = self._values(sorted(set().union(*near)))
        return [{name: values[name] for name in names if name in values} for names in near]

    def _values(self, document_ids: Sequence[str]) -> dict[str, Values]:
        result_sets = self._store.rows_of_each(_SIGNATURE, [(name,) for name in document_ids])
        stored = {name: rows[0].minhash for name, rows in zip(document_ids, result_sets, strict=True) if rows}
        return {name: np.frombuffer(minhash, STORED).astype(np.uint32) for name, minhash in stored.items()}

    def _bands(self, document_ids: Sequence[str]) -> dict[str, set[bytes]]:
        result_sets = self._store.rows_of_each(_BANDS, [(name,) for name in document_ids])
        return {name: set(rows[0].bands) for name, rows in zip(document_ids, result_sets, strict=True) if rows}

    def _change(self, signed: SignedDocument, before: set[bytes]) -> Iterator[Statement]:
        """A revision's signature in place of the one before; the revision's number orders the two."""
        name, stamp = signed.chunked.document_id, signed.chunked.revision
        signature, bands = signed.signature, signed.signature.bands if signed.signature else ()
        ttl = self._keep.seconds_left(signed.chunked.published_at)
        if signature:
            yield _PUT, (name, signature.values.astype(STORED).tobytes(), list(bands), stamp, ttl)
        elif stamp > 1:
            yield _REMOVE, (stamp, name)
        yield from ((_JOIN, (band, name, stamp, ttl)) for band in bands)
        yield from ((_LEAVE, (stamp, band, name)) for band in before.difference(bands))
