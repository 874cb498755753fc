"""Near-duplicates, such as a wire story reprinted: which documents are alike, and what becomes of the later one.

Candidates are what shares a band with a text. One counts if its signature, as it stands now, agrees; if it is
live; and if the same readers may see it: a link must not tell of a document that they may not see.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.ingest.settings import IngestSettings
from services.ingest.signer import Signer
from shared.memory.signatures import MemorySignatures
from shared.messages import DocumentPublished, Revision
from shared.records import Effect
from shared.signature import Signature, SignedDocument, Values, jaccard
from shared.stored import DocumentHistory, DocumentOutcome, TakenDocument
from shared.telemetry import metrics

LINKED, REPLACES = "near-duplicate of ", "replaces the near-duplicates "
Bands = tuple[bytes, ...]


class Signatures(Protocol):
    """The signatures of live documents, wherever they are kept."""

    def candidates(self, signatures: Sequence[Signature]) -> Sequence[Mapping[str, Values]]:
        """For each, the documents that share a band with it, with the values that they have now."""


@dataclass
class Neighbourhood:
    """What the documents of one batch are compared with. `newest` is shared with the handler, which keeps it up.

    `stored`: by the bands of a signature, what the store has; `here`: this batch so far, which overrides it.
    """

    policy: str
    least: float
    newest: Mapping[str, Revision]
    stored: Mapping[Bands, Mapping[str, Values]]
    here: dict[str, Values | None] = field(default_factory=dict)

    def add(self, taken: SignedDocument) -> None:
        self.here[taken.chunked.document_id] = taken.signature.values if taken.signature else None

    def reason(self, message: DocumentPublished, signature: Signature | None, known: Revision | None) -> str:
        """The disposition's reason, or "". A live document keeps the link it has, or loses it; it gets no new one."""
        live = known if known and not known.retracted else None
        if signature is None or (live and live.duplicate_of is None):
            return ""
        alike = self._alike(message, signature)
        firsts = dict.fromkeys(self._first(revision, message) for revision in alike)
        if live:
            return f"{LINKED}{live.duplicate_of}" if live.duplicate_of in firsts else ""
        if not firsts:
            return ""
        if known is None and self.policy == "replace":
            return REPLACES + json.dumps([revision.document_id for revision in alike])
        return LINKED + next(iter(firsts))

    def _alike(self, message: DocumentPublished, signature: Signature) -> list[Revision]:
        near = {**self.stored.get(signature.bands, {}), **self.here}
        peers = [
            self.newest[name]
            for name, values in near.items()
            if values is not None and self._is_peer(name, message) and jaccard(signature.values, values) >= self.least
        ]
        return sorted(peers, key=lambda revision: (revision.appended_at, revision.document_id))

    def _first(self, revision: Revision, message: DocumentPublished) -> str:
        """The head of its group, as long as that is there to be seen; else itself."""
        head = revision.duplicate_of
        return head if head is not None and self._is_peer(head, message) else revision.document_id

    def _is_peer(self, name: str, message: DocumentPublished) -> bool:
        of = self.newest.get(name)
        return bool(of and not of.retracted and name != message.document_id and set(of.labels) == set(message.labels))


@dataclass(frozen=True)
class Duplicates:
    """Looks for near-duplicates among all documents of the store: `least` similar, treated by `policy`."""

    policy: str
    least: float
    sign: Callable[[str], Signature | None]
    signatures: Signatures

    @classmethod
    def by(cls, settings: IngestSettings, signatures: Signatures) -> "Duplicates":
        policy, least = settings.near_duplicates, settings.near_duplicate_threshold
        return cls(policy, least, unsigned if policy == "off" else Signer(settings), signatures)

    def around(
        self, signatures: Sequence[Signature], newest: dict[str, Revision], history: DocumentHistory
    ) -> Neighbourhood:
        """What these may be alike to; `newest` is filled up with the revisions of that."""
        candidates = self.signatures.candidates(signatures) if signatures else []
        learn(newest, {name for near in candidates for name in near}, history)
        learn(newest, {of.duplicate_of for of in newest.values() if of.duplicate_of}, history)
        by_bands = {signature.bands: near for signature, near in zip(signatures, candidates, strict=True)}
        return Neighbourhood(self.policy, self.least, newest, by_bands)


def learn(newest: dict[str, Revision], names: set[str], history: DocumentHistory) -> None:
    """Fill up `newest` with documents that it lacks."""
    if unknown := names - newest.keys():
        newest.update(history.latest(unknown))


def unsigned(_: str) -> None:
    """Takes no part in any comparison."""


APART = Duplicates("off", 1.0, unsigned, MemorySignatures())


def linked(reason: str) -> str | None:
    """The document that a taken one reprints, by the reason in its disposition."""
    return reason.removeprefix(LINKED) if reason.startswith(LINKED) else None


def retractions(outcome: DocumentOutcome) -> Iterator[DocumentPublished]:
    """What a taken document replaces, taken back through the topic: each document has one writer in its partition."""
    reason = outcome.disposition.reason
    if isinstance(outcome, TakenDocument) and reason.startswith(REPLACES):
        for name in json.loads(reason.removeprefix(REPLACES)):
            yield DocumentPublished(document_id=name, op="retract")


class Counted:
    """A sink that counts near-duplicates by what was done with them, as it is known after all is stored."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        disposition = effect.outcome.disposition
        if disposition.reason.startswith(REPLACES):
            self._waiting.append("replace")
        elif disposition.reason.startswith(LINKED) and disposition.outcome == "dropped":
            self._waiting.append("drop")
        elif disposition.reason.startswith(LINKED) and disposition.revision == 1:
            self._waiting.append("keep")

    def flush(self) -> None:
        for policy in self._waiting:
            metrics.NEAR_DUPLICATES.of(policy).inc()
        self._waiting.clear()
