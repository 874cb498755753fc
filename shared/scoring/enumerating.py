"""Whether a candidate is one of several phrases between signs that stand in no name and no address."""

from collections.abc import Sequence

from shared.scoring import cues
from shared.scoring.places import Place
from shared.scoring.tokens import Token

APART = frozenset(";|\n\uff1b")
"""Signs that stand between items; a comma also stands in an address."""
ENDS = frozenset(".!?\u3002\uff01\uff1f")
LONGEST_ITEM = 5
"""Words beside the candidate's own."""


def enumerated(place: Place) -> bool:
    """Whether it is one of three or more short phrases between semicolons, strokes or line ends."""
    tokens = place.spoken.tokens
    pieces, start = list[Sequence[Token]](), 0
    for at in (*(number for number, token in enumerate(tokens) if token.raw[0] in APART), len(tokens)):
        pieces.append(tokens[start:at])
        start = at + 1
    short = [piece for piece in pieces if 0 < sum(token.is_word for token in piece) <= LONGEST_ITEM + 1]
    others = [piece for piece in short if not is_own(place, piece) and _is_phrase(place, piece)]
    return len(others) >= 2 and len(others) < len(short)


def _is_phrase(place: Place, piece: Sequence[Token]) -> bool:
    """Whether it may be another candidate: no sentence, nothing denied, and not the question's own words."""
    words = [token for token in piece if token.is_word]
    if all(word.folded in place.asked for word in words) or any(word.raw[0] in ENDS for word in piece[:-1]):
        return False
    if "".join(word.raw for word in words[:3]).startswith(cues.DENIED_BEFORE):
        return False
    return not any(word.folded in cues.BE | cues.NEGATORS or word.folded.endswith("n't") for word in words)


def is_own(place: Place, item: Sequence[Token]) -> bool:
    """Whether a piece holds the candidate, or an accepted answer in other words."""
    places = {token.start: number for number, token in enumerate(place.spoken.tokens)}
    return any(places[token.start] in place.own for token in item)
