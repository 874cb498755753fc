"""The question as it was asked, whatever went before it."""

from services.retriever.ports import Condense
from services.retriever.settings import RetrieverSettings
from shared.messages import Question


def build(_: RetrieverSettings) -> Condense:
    """The question's own words."""
    return as_asked


def as_asked(question: Question) -> str:
    """What was asked, word for word."""
    return question.text
