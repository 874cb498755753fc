"""The question as it was asked."""

from services.retriever.ports import Knowledge, Rephrase
from services.retriever.settings import RetrieverSettings


def build(_: Knowledge, __: RetrieverSettings) -> Rephrase:
    """One query: the question."""
    return lambda text, _: [text]
