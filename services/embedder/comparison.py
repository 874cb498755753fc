"""Two encoders over the same passages: what each finds, held against its own exact search, and how far they agree.

Asked are titles of stored documents, whose own document a good search finds. Nobody judges answers here: a curve of
real questions with known answers is `tiltyard evaluate retrieval`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from services.embedder.migration import Side
from shared.jobs.reindex import EncoderComparison, K, Shares
from shared.messages import DocumentIndexed
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, Vector

ASKED = 100
EXACT_AT_MOST = 20_000  # chunks whose vectors are all read; beyond, exact search is left out and said to be
AT_ONCE = 200
SAME = 1e-4  # scores that differ by less are the same to the store's arithmetic
CandidateLists = Sequence[Sequence[Candidate]]


@dataclass(frozen=True)
class Query:
    """A title, and the document that bears it."""

    document_id: str
    text: str


def compare(old: Side, new: Side, documents: Sequence[DocumentIndexed]) -> EncoderComparison:
    """Shares over the queries, each in [0, 1]; recall of the index is None where exact search was too large."""
    queries = sampled(documents)
    texts = [query.text for query in queries]
    of_old, of_new = old.encoder.encode(texts), new.encoder.encode(texts)
    lists_old, lists_new = _nearest(old, of_old), _nearest(new, of_new)
    small = sum(document.chunk_count for document in documents) <= EXACT_AT_MOST
    exact_old = _exact(old, of_old, documents) if small else []
    exact_new = _exact(new, of_new, documents) if small else []
    return EncoderComparison(
        queries=len(queries),
        overlap=_overlap(lists_old, lists_new),
        own_document=Shares(old=_own(queries, lists_old), new=_own(queries, lists_new)),
        recall_of_index=Shares(old=_recall(exact_old, lists_old), new=_recall(exact_new, lists_new)),
    )


def sampled(documents: Sequence[DocumentIndexed]) -> list[Query]:
    """Titles of documents that everyone may see, spread evenly over their ids; each title once."""
    titles = {
        document.title: document
        for document in sorted(documents, key=lambda document: document.document_id)
        if _is_asked_for(document)
    }
    step = max(1, len(titles) // ASKED)
    return [Query(document.document_id, title) for title, document in list(titles.items())[::step][:ASKED]]


def _is_asked_for(document: DocumentIndexed) -> bool:
    return bool(document.title.strip()) and not document.labels and not document.retracted and document.chunk_count > 0


def _nearest(side: Side, vectors: Vector) -> CandidateLists:
    return [side.chunks.nearest(vector, limit=K, scope=Scope()) for vector in vectors]


def _exact(side: Side, vectors: Vector, documents: Sequence[DocumentIndexed]) -> list[list[float]]:
    """The best scores of each query by comparison with every vector, a few documents at a time."""
    best: list[list[float]] = [[] for _ in vectors]
    for stored in _vectors(side, documents):
        scores = np.dot(vectors, np.stack(list(stored.values())).T)
        best = [sorted([*held, *row.tolist()], reverse=True)[:K] for held, row in zip(best, scores, strict=True)]
    return best


def _vectors(side: Side, documents: Sequence[DocumentIndexed]) -> Iterator[Mapping[ChunkKey, Vector]]:
    """What the comparison's scope may see."""
    scope = Scope()
    for start in range(0, len(documents), AT_ONCE):
        there = side.chunks.of_documents([document.document_id for document in documents[start : start + AT_ONCE]])
        places = [passage.place for passages in there.values() for passage in passages if scope.admits(passage)]
        if stored := side.chunks.vectors(places):
            yield stored


def _overlap(old: CandidateLists, new: CandidateLists) -> float | None:
    """The mean share of the old one's chunks that the new one finds too; None where nothing was asked."""
    pairs = [
        ({candidate.place for candidate in a}, {candidate.place for candidate in b})
        for a, b in zip(old, new, strict=True)
        if a
    ]
    return _mean(len(before & after) / len(before) for before, after in pairs)


def _recall(exact: Sequence[Sequence[float]], lists: CandidateLists) -> float | None:
    """The mean share of what was found that is as good as exact search's last; of chunks that tie, any is right."""
    return _mean(
        sum(candidate.score >= scores[-1] - SAME for candidate in candidates) / len(scores)
        for scores, candidates in zip(exact, lists, strict=False)
        if scores
    )


def _own(queries: Sequence[Query], lists: CandidateLists) -> float | None:
    """The share of titles that find their own document."""
    pairs = zip(queries, lists, strict=True)
    return _mean(
        query.document_id in {candidate.document_id for candidate in candidates} for query, candidates in pairs
    )


def _mean(shares: Iterable[float]) -> float | None:
    values = list(shares)
    return round(fmean(values), 4) if values else None
