"""Hybrid search by a weighted sum of dense and BM25 scores, each list's scores moved to [0, 1] first."""

from functools import partial

from services.retriever.fusion import weighted_sum
from services.retriever.hybrid import Hybrid
from services.retriever.ports import Knowledge, Search
from services.retriever.searches import bm25, dense
from services.retriever.settings import RetrieverSettings


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Hybrid:
    """Dense and BM25; `dense_weight` says how much dense counts."""
    weights = (settings.dense_weight, 1.0 - settings.dense_weight)
    parts: list[Search] = [dense.build(knowledge, settings), bm25.build(knowledge, settings)]
    return Hybrid("weighted", parts, partial(weighted_sum, weights=weights))
