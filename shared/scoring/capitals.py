"""Whether capitals tell two words apart: US is not us, May not may."""

from collections.abc import Sequence

from shared.scoring.cues import ARTICLES, SMALL
from shared.scoring.tokens import Spoken, Token

VERB_BEFORE = frozenset(
    [
        "the",
        "a",
        "an",
        "it",
        "i",
        "I",
        "we",
        "he",
        "she",
        "they",
        "you",
        "us",
        "my",
        "your",
        "this",
        "them",
        "him",
        "her",
        "his",
        "their",
        "its",
        "me",
    ]
)
"""Before one of these "Polish" and "May" are verbs."""


def capitals_agree(answer: Spoken, token: Token, wanted: Sequence[Token], place: int) -> bool:
    """US is not us, May not may, and an article no answer, but where the answer is that word alone."""
    want = wanted[place]
    if want.folded not in SMALL or len(wanted) > 1 or _alone(answer):
        return True
    if len(want.raw) == 1:
        behind = answer.at(answer.tokens.index(token) + 1)
        return token.raw == want.raw.upper() and (behind is None or not behind.is_word)
    behind = answer.at(answer.tokens.index(token) + 1)
    if token.raw.istitle() and behind is not None and behind.raw in VERB_BEFORE and want.capital:
        return False
    if want.shouted or (len(want.raw) == 2 and want.raw.islower()) or want.folded == "who":
        return token.shouted or token.kind == "initials"
    return not want.capital or token.capital


def _alone(answer: Spoken) -> bool:
    """Whether the answer is that word, with or without an article."""
    return answer.words <= 1 or (answer.words == 2 and answer.tokens[0].folded in ARTICLES)
