"""Sparse search by TF-IDF alone."""

from services.retriever.ports import Knowledge
from services.retriever.settings import RetrieverSettings
from services.retriever.sparse import Sparse


def build(knowledge: Knowledge, _: RetrieverSettings) -> Sparse:
    """TF-IDF over the live chunks."""
    return Sparse("tfidf", knowledge.index("tfidf"))
