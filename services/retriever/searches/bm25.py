"""Sparse search by BM25 alone."""

from services.retriever.ports import Knowledge
from services.retriever.settings import RetrieverSettings
from services.retriever.sparse import Sparse


def build(knowledge: Knowledge, _: RetrieverSettings) -> Sparse:
    """BM25 over the live chunks."""
    return Sparse("bm25", knowledge.index("bm25"))
