"""The question as it was asked, whatever went before it."""

from services.retriever.ports import Condense
from services.retriever.settings import RetrieverSettings


def build(_: RetrieverSettings) -> Condense:
    """The question's own words."""
    return lambda question: question.text
