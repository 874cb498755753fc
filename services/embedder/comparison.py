"""Two encoders over the same passages: what each finds, held against its own exact search, and how far they agree.

Asked are titles of stored documents, whose own document a good search finds. Nobody judges answers here: a curve of
real questions with known answers is `tiltyard evaluate retrieval`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from services.embedder.migration import Side
from shared.messages import DocumentIndexed
from shared.scope import Scope
from shared.stored import Place, Vector

K = 10
ASKED = 100
EXACT_AT_MOST = 20_000  # chunks whose vectors are all read; beyond, exact search is left out and said to be
AT_ONCE = 200
Found = Sequence[Sequence[Place]]


@dataclass(frozen=True)
class Query:
    """A title, and the document that bears it."""

    document_id: str
    text: str


def compare(old: Side, new: Side, documents: Sequence[DocumentIndexed]) -> dict[str, Any]:
    """Shares over the queries, each in [0, 1]; recall of the index is None where exact search was too large."""
    queries = sampled(documents)
    sides = {"old": old, "new": new}
    asked = {name: side.encoder.encode([query.text for query in queries]) for name, side in sides.items()}
    found = {name: _nearest(side, asked[name]) for name, side in sides.items()}
    small = sum(one.chunk_count for one in documents) <= EXACT_AT_MOST
    exact = {name: _exact(side, asked[name], documents) if small else None for name, side in sides.items()}
    return {
        "queries": len(queries),
        f"overlap@{K}": _overlap(found["old"], found["new"]),
        f"own_document@{K}": {name: _own(queries, places) for name, places in found.items()},
        f"recall_of_index@{K}": {name: _overlap(exact[name], places) for name, places in found.items()},
    }


def sampled(documents: Sequence[DocumentIndexed]) -> list[Query]:
    """Titles of documents that everyone may see, spread evenly over their ids; each title once."""
    titles = {one.title: one for one in sorted(documents, key=lambda one: one.document_id) if _is_asked_for(one)}
    step = max(1, len(titles) // ASKED)
    return [Query(one.document_id, title) for title, one in list(titles.items())[::step][:ASKED]]


def _is_asked_for(one: DocumentIndexed) -> bool:
    return bool(one.title.strip()) and not one.labels and not one.retracted and one.chunk_count > 0


def _nearest(side: Side, asked: Vector) -> Found:
    return [[one.place for one in side.chunks.nearest(vector, limit=K, scope=Scope())] for vector in asked]


def _exact(side: Side, asked: Vector, documents: Sequence[DocumentIndexed]) -> Found:
    """The nearest by comparison with every vector, a few documents at a time."""
    best: list[list[tuple[float, Place]]] = [[] for _ in asked]
    for stored in _vectors(side, documents):
        places = list(stored)
        scores = np.dot(asked, np.stack([stored[place] for place in places]).T)
        best = [
            sorted([*held, *zip(row.tolist(), places, strict=True)], reverse=True)[:K]
            for held, row in zip(best, scores, strict=True)
        ]
    return [[place for _, place in held] for held in best]


def _vectors(side: Side, documents: Sequence[DocumentIndexed]) -> Iterator[Mapping[Place, Vector]]:
    """What the comparison's scope may see."""
    scope = Scope()
    for start in range(0, len(documents), AT_ONCE):
        there = side.chunks.of_documents([one.document_id for one in documents[start : start + AT_ONCE]])
        places = [one.place for passages in there.values() for one in passages if scope.admits(one)]
        if stored := side.chunks.vectors(places):
            yield stored


def _overlap(one: Found | None, other: Found) -> float | None:
    """The mean share of the first's places that the second has; None where there is nothing to compare."""
    shares = [len(set(held) & set(places)) / len(held) for held, places in zip(one or (), other) if held]  # noqa: B905
    return round(fmean(shares), 4) if shares else None


def _own(queries: Sequence[Query], found: Found) -> float | None:
    """The share of titles that find their own document."""
    hits = [
        query.document_id in {document_id for document_id, _ in places}
        for query, places in zip(queries, found, strict=True)
    ]
    return round(fmean(hits), 4) if hits else None
