"""Whether a candidate is one of several that are said one after the other, or heaped without a sign between them."""

from shared.scoring import cues
from shared.scoring.enumerating import ENDS, LONGEST_ITEM
from shared.scoring.lists import SEPARATORS, alike, is_bare, joins
from shared.scoring.places import Place

FEWEST_HEAPED = 4


def spanned(place: Place) -> bool:
    """Whether it is an end of a span of days or months: "from Monday to Friday"; what is moved from one to another is
    not."""
    tokens, own = place.spoken.tokens, place.spoken.tokens[place.first]
    if own.folded not in cues.DAYS or any(token.folded.endswith("ed") for token in tokens):
        return False
    ahead = [token.folded for token in tokens[max(0, place.first - 2) : place.first]]
    behind = [token.folded for token in tokens[place.last : place.last + 2]]
    return any(
        len(pair) == 2
        and pair[at] in cues.DAYS
        and pair[1 - at] in ("to", "-", "\u2013", "until", "till", "through", "bis")
        for at, pair in ((0, ahead), (1, behind))
    )


def heaped(place: Place) -> bool:
    """Whether the text is no sentence and goes on with other words: candidates without a sign between them."""
    tokens = place.spoken.tokens
    if any(joins(token) or (token.kind == "stop" and token.raw not in "-'") for token in tokens[:-1]):
        return False
    if any(token.raw.endswith("ed") or token.folded in cues.WON_AGAINST | cues.WINNING for token in tokens):
        return False
    others = [
        token for number, token in enumerate(tokens)
        if token.is_word and token.kind != "sign" and number not in place.own and token.folded not in place.asked
    ]  # fmt: skip
    return len(others) >= FEWEST_HEAPED and is_bare(place) and not any(token.folded in cues.BE for token in tokens)


def repeated(place: Place) -> bool:
    """Whether the same is said of others: "It is Rossi. It is Patel.", or one sentence after the other is a name."""
    tokens = place.spoken.tokens
    ends = [
        at for at, token in enumerate(tokens)
        if token.raw[0] in ENDS and not (at and token.raw == "." and tokens[at - 1].folded in cues.ABBREVIATED)
    ]  # fmt: skip
    starts = [0, *(at + 1 for at in ends)]
    own = max(start for start in starts if start <= place.first)
    frame = [token.folded for token in tokens[own : place.first]]
    behind = place.spoken.at(place.last)
    if not frame and not (behind is None or behind.raw[0] in ENDS):
        return False
    others = 0
    for start in starts:
        other = start + len(frame)
        if start == own or other >= len(tokens) or [token.folded for token in tokens[start:other]] != frame:
            continue
        marks = ENDS | SEPARATORS if frame else ENDS
        end = next((at for at in range(other, len(tokens)) if tokens[at].raw[0] in marks), len(tokens))
        if any(token.folded in cues.NEGATORS or token.folded.endswith("n't") for token in tokens[start:end]):
            continue
        short = 0 < end - other <= (3 if not frame else LONGEST_ITEM)
        if short and not place.own & set(range(other, end)) and tokens[other].is_word:
            others += 2 if alike(place, other) else 1
    return others > 1
