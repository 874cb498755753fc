"""Maximal marginal relevance: each next chunk is relevant, and unlike those before it.

Carbonell and Goldstein, SIGIR 1998, with a first step of pure relevance.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from services.retriever.fusion import min_max
from services.retriever.ports import Knowledge, Rank, Ranked, SearchQuery
from services.retriever.reranking import joined
from services.retriever.settings import RetrieverSettings
from shared.stored import ChunkSearch, Vector

Floats = npt.NDArray[np.float32]


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Rank:
    """A score, in [0, 1], is lambda * relevance + (1 - lambda) * (1 - cosine to the likest chunk before it).

    Relevance is the score moved to [0, 1] over the whole list, where the cosines of chunks lie too; one below 0
    counts as 0. Only the first `mmr_first` are compared.
    """

    def rank(_: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        front, rest = ranked[: settings.mmr_first], ranked[settings.mmr_first :]
        if not front:
            return ranked
        relevance = np.array(min_max([hit.score for hit in ranked])[: len(front)], dtype=np.float32)
        order, scores = diverse(relevance, _vectors(knowledge.chunks, front), settings.mmr_lambda)
        chosen = [replace(front[place], score=score) for place, score in zip(order, scores, strict=True)]
        return joined(chosen, rest)

    return rank


def diverse(relevance: Floats, vectors: Vector, weight: float) -> tuple[list[int], list[float]]:
    """Places in the order of greedy choice, with their scores, which never rise: likeness to the chosen only grows.

    `relevance` of shape (n,), unit `vectors` of shape (n, dimensions); of equals the earlier is chosen.
    """
    alike = vectors @ vectors.T
    nearest = np.zeros_like(relevance)
    left = np.ones(len(relevance), dtype=bool)
    order, scores = [], []
    for _ in range(len(relevance)):
        worth = weight * relevance + (1.0 - weight) * (1.0 - nearest)
        best = int(np.argmax(np.where(left, worth, -np.inf)))
        order.append(best)
        scores.append(max(0.0, float(worth[best])))
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return order, scores


def _vectors(chunks: ChunkSearch, front: Sequence[Ranked]) -> Vector:
    """Their vectors in order, shape (n, dimensions); zeros, which are like nothing, for a chunk that is gone."""
    there = chunks.vectors([hit.place for hit in front])
    gone = np.zeros_like(next(iter(there.values()))) if there else np.zeros(1, dtype=np.float32)
    return np.stack([there.get(hit.place, gone) for hit in front])
