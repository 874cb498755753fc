"""Yes or no: what an answer to a question that can be answered so says."""

import regex

from shared.scoring.cues import (
    AND,
    CORRECTIONS,
    NEGATORS,
    NO,
    NO_AT_THE_HEAD,
    NO_WITHOUT_SPACES,
    OR,
    PROTECTED,
    YES,
    YES_AT_THE_HEAD,
    YES_WITHOUT_SPACES,
)
from shared.scoring.tokens import spoken

FILLERS = frozenset(["well", "the", "answer", "is", "oh", "so", "a", "it", "actually"])
SUBJECTS = frozenset(["it", "he", "she", "they", "there", "this", "that", "these", "those", "the", "we", "i"])
"""With which a statement begins that may say yes or no."""
NOT_SO = regex.compile(
    rf"^\W*(?:{'|'.join(map(regex.escape, NO_AT_THE_HEAD))})(?!\w|\s(?:only|just|until|before)\b)", regex.IGNORECASE
)
JUST_SO = regex.compile(rf"^\W*(?:{'|'.join(map(regex.escape, YES_AT_THE_HEAD))})(?!\w)", regex.IGNORECASE)
SPACELESS = ("いいえ", "はい", "不是", "是的", "没有", "是", "不", "아니", "네", "예")


def of_reference(reference: str) -> bool | None:
    """True for yes, False for no, None for anything else."""
    said = reference.strip(" .!").casefold()
    if said in ("yes", "y", "true") or (said in YES and said not in ("correct", "si", "ya", "indeed")):
        return True
    return False if said in NO else None


def of_answer(answer: str) -> tuple[bool | None, bool]:
    """What an answer says, and whether it was said outright; None where neither can be told.

    The first word of either kind at the head of a clause counts; behind a correction, what comes there. A sentence
    without such a word says yes by asserting and no by denying.
    """
    text = answer
    for correction in CORRECTIONS:
        place = text.casefold().rfind(correction)
        if place >= 0 and text[place + len(correction) :].strip(" .,!:"):
            text = text[place + len(correction) :]
    text = text.lstrip(" ,.:;!-")
    if (said := _outright(text)) is not None:
        return said, True
    if (said := _by_statement(text)) is not None:
        return said, False
    return _outright(answer), False


def _outright(text: str) -> bool | None:
    """The word of either kind at the head of the text, or a later one that stands alone; None where both are said."""
    words, said, heads = spoken(text), list[bool](), True
    if NOT_SO.match(words.text):
        return False
    if JUST_SO.match(words.text):
        return True
    for place, token in enumerate(words.tokens):
        if heads and token.kind == "sign":
            if words.text.startswith(NO_WITHOUT_SPACES):
                return False
            return True if words.text.startswith(YES_WITHOUT_SPACES) else None
        if token.folded in OR | AND and said and (behind := words.at(place + 1)) and behind.folded in YES | NO:
            return None
        if heads and token.folded in YES | NO and not _determines(text, place):
            behind = words.at(place + 1)
            if not said or behind is None or not behind.is_word:
                said.append(token.folded in YES)
        heads = not token.is_word or (heads and token.folded in FILLERS)
    return said[-1] if said else None


def _determines(text: str, place: int) -> bool:
    """Whether "no" stands before a noun, as in "no injuries"; "true" and the like before one are no answer either."""
    behind = spoken(text).at(place + 1)
    return behind is not None and behind.is_word and spoken(text).tokens[place].folded in ("no", "true", "correct")


def _by_statement(text: str) -> bool | None:
    words = spoken(text)
    if not 2 <= words.words <= 15 or words.tokens[0].folded not in SUBJECTS:
        return None
    said = " ".join(token.folded for token in words.tokens)
    for phrase in PROTECTED:
        said = said.replace(phrase, " ")
    return not any(word in NEGATORS or word.endswith("n't") for word in said.split())
