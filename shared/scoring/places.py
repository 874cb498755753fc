"""Where a candidate stands in a text: its tokens, its clause and its sentence."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shared.scoring import cues
from shared.scoring.tokens import Spoken, Token

SENTENCE = frozenset(".!?\u3002\uff01\uff1f\u061f\u0964")


CLAUSE = SENTENCE | frozenset(",;:()\u2013\u2014\u3001\uff0c\uff1b\uff1a\u060c")


@dataclass(frozen=True)
class Place:
    """Where a candidate stands: tokens from `first` until `last`; `own`: tokens of any accepted answer."""

    spoken: Spoken
    first: int
    last: int
    own: AbstractSet[int]
    asked: AbstractSet[str]


def said(tokens: Sequence[Token]) -> str:
    return " ".join(token.folded for token in tokens)


def ends_clause(spoken: Spoken, place: int) -> bool:
    token = spoken.tokens[place]
    if token.raw[0] == "\n" or token.folded in cues.BUT:
        return not (token.folded in ("but", "a", "\u0430", "\u043d\u043e") and _is_protected(spoken, place))
    if token.kind != "stop":
        return False
    if token.raw == "-":
        return spoken.text[token.start - 1 : token.start].isspace() and spoken.text[token.end : token.end + 1].isspace()
    if token.raw == "." and place and spoken.tokens[place - 1].folded in cues.ABBREVIATED:
        return False
    return token.raw[0] in CLAUSE


def _is_protected(spoken: Spoken, place: int) -> bool:
    """Whether "but" belongs to "nobody but"."""
    return place > 0 and spoken.tokens[place - 1].folded in (
        "nobody",
        "nothing",
        "one",
        "none",
        "anything",
        "all",
        "else",
        "everyone",
        "everybody",
        "everything",
        "anyone",
        "anybody",
        "any",
    )


def clause(place: Place) -> tuple[Sequence[Token], Sequence[Token]]:
    """The tokens of the same clause before and behind."""
    first, last, spoken = place.first, place.last, place.spoken
    while first > 0 and not ends_clause(spoken, first - 1):
        first -= 1
    while last < len(spoken.tokens) and not ends_clause(spoken, last):
        last += 1
    return spoken.tokens[first : place.first], spoken.tokens[place.last : last]


def sentence(place: Place) -> tuple[int, int]:
    tokens, first, last = place.spoken.tokens, place.first, place.last
    while first > 0 and not (tokens[first - 1].raw[0] in SENTENCE and ends_clause(place.spoken, first - 1)):
        first -= 1
    while last < len(tokens) and not (tokens[last].raw[0] in SENTENCE and ends_clause(place.spoken, last)):
        last += 1
    return first, last


def japanese_or(tokens: Sequence[Token], at: int) -> bool:
    """The ka of "Tokyo ka Osaka", but not that of kara, kamo and kana."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    return tokens[at].raw == "\u304b" and behind is not None and not "\u3041" <= behind.raw[0] <= "\u309f"
