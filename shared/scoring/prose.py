"""Whether an answer says a longer reference in nearly its words."""

from collections.abc import Iterator

from shared.scoring.cues import FUNCTION, NEGATORS
from shared.scoring.inflection import stem
from shared.scoring.tokens import Spoken, spoken

FEWEST = 5
SHARE = 0.75


def same_text(answer: Spoken, reference: str) -> bool:
    """Whether a reference of some words and the answer share most of their words' stems, and deny as much.

    Of words that tell something: at least three quarters of the reference's, and half of the answer's.
    """
    wanted = frozenset(_stems(spoken(reference)))
    if len(wanted) < FEWEST:
        return False
    said = frozenset(_stems(answer))
    if (wanted & NEGATORS) != (said & NEGATORS):
        return False
    return len(wanted & said) >= SHARE * len(wanted) and 2 * len(wanted & said) >= len(said)


def _stems(text: Spoken) -> Iterator[str]:
    for token in text.tokens:
        if token.is_word and token.folded not in FUNCTION:
            yield (
                stem(token.plain, "english") if token.plain.isascii() and token.folded not in NEGATORS else token.folded
            )
