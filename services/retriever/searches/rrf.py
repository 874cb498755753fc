"""Hybrid search by reciprocal rank fusion of dense and BM25: needs no scores that can be compared."""

from services.retriever.fusion import reciprocal_rank
from services.retriever.hybrid import Hybrid
from services.retriever.ports import Knowledge
from services.retriever.searches import bm25, dense
from services.retriever.settings import RetrieverSettings


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Hybrid:
    """Dense and BM25, fused by their ranks."""
    return Hybrid("rrf", [dense.build(knowledge, settings), bm25.build(knowledge, settings)], reciprocal_rank)
