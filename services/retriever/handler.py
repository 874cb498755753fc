"""Find the evidence for questions: encode them together, search, rank, and keep what a prompt can hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.retriever.ports import Clock, Encode, Rank, Search
from services.retriever.settings import RetrieverSettings
from shared.messages import EvidenceFound, EvidenceItem, Question
from shared.records import Effect, Record, effect
from shared.stored import ChunkHit, Scope, Vector


@dataclass(frozen=True)
class Retrieve:
    """The handler with its ports. `clock` gives seconds; only its differences count."""

    settings: RetrieverSettings
    encode: Encode
    encoder: str
    search: Search
    rank: Rank
    clock: Clock

    def __call__(self, batch: Sequence[Record[Question]]) -> Iterator[Effect[EvidenceFound]]:
        started = self.clock()
        vectors = self.encode([record.message.text for record in batch])
        shared_ms = (self.clock() - started) * 1000 / len(batch)
        for record, vector in zip(batch, vectors, strict=True):
            yield effect(record, self._evidence(record, vector, shared_ms))

    def _evidence(self, record: Record[Question], vector: Vector, shared_ms: float) -> EvidenceFound:
        started = self.clock()
        question = record.message
        scope = Scope(question.filters, question.as_of)
        hits = self.rank(question, self.search(question, vector, limit=self.settings.depth, scope=scope))
        kept = within_budget(hits[: self.settings.top_k], self.settings.budget_words)
        return EvidenceFound(
            question=question,
            asked_at=record.appended_at,
            items=tuple(item(hit, place, self.search.name) for place, hit in enumerate(kept, start=1)),
            search=self.search.name,
            encoder=self.encoder,
            retrieval_ms=shared_ms + (self.clock() - started) * 1000,
        )


def within_budget(hits: Sequence[ChunkHit], words: int) -> list[ChunkHit]:
    """The best hits that fit together; the first stays whatever its length."""
    kept: list[ChunkHit] = []
    for hit in hits:
        words -= len(hit.text.split())
        if kept and words < 0:
            break
        kept.append(hit)
    return kept


def item(hit: ChunkHit, rank: int, search: str) -> EvidenceItem:
    """A hit as evidence."""
    return EvidenceItem(
        chunk_id=hit.chunk_id,
        document_id=hit.document_id,
        revision=hit.revision,
        title=hit.title,
        source=hit.source,
        published_at=hit.published_at,
        text=hit.text,
        rank=rank,
        score=hit.score,
        found_by={search: hit.score},
    )
