"""Signatures in memory: the twin of `shared/cassandra/signatures.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.records import Effect
from shared.retention import FOREVER, Retention
from shared.signature import Signature, SignedDocument, Values
from shared.stored import DocumentOutcome


@dataclass(frozen=True)
class _Kept:
    revision: int
    signature: Signature | None
    until: datetime | None


class MemorySignatures:
    """Sink of ingest, and the signatures it compares with. Those of documents older than `keep` says are gone."""

    def __init__(self, keep: Retention = FOREVER) -> None:
        self._keep = keep
        self._kept: dict[str, _Kept] = {}
        self._waiting: list[SignedDocument] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if isinstance(effect.outcome, SignedDocument):
            self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for signed in self._waiting:
            revision = signed.chunked
            known = self._kept.get(revision.document_id)
            if known is None or known.revision <= revision.revision:
                seconds = self._keep.seconds_left(revision.published_at)
                until = self._keep.now() + timedelta(seconds=seconds) if seconds else None
                self._kept[revision.document_id] = _Kept(revision.revision, signed.signature, until)
        self._waiting.clear()

    def candidates(self, signatures: Sequence[Signature]) -> list[Mapping[str, Values]]:
        return [self._near(set(signature.bands)) for signature in signatures]

    def _near(self, bands: set[bytes]) -> dict[str, Values]:
        return {
            document_id: kept.signature.values
            for document_id, kept in self._kept.items()
            if kept.signature
            and (kept.until is None or self._keep.now() < kept.until)
            and not bands.isdisjoint(kept.signature.bands)
        }
