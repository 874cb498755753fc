"""Whether a text says no more than that its writer does not know."""

import re

from shared import normalise
from shared.messages import Answer

VERSION = "0"
_PHRASES = (
    "I don't know", "I do not know", "I'm not sure", "Unknown", "Not known", "Not stated", "The news does not say",
    "The evidence does not say", "No answer",
)  # fmt: skip


def abstains(text: str) -> bool:
    """True for a text that declines to answer."""
    return _plain(text) in {_plain(phrase) for phrase in _PHRASES}


def _plain(text: str) -> str:
    return re.sub(" +", " ", normalise.words(text.replace("'", "").replace("\u2019", "")))


def declined(answer: Answer) -> bool:
    """Whether an answer abstains, by its status or by what it says."""
    return answer.status == "abstained" or (answer.status == "answered" and abstains(answer.text))
