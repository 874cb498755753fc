"""Whether a candidate is one of several that are named side by side, where one was asked for."""

from collections.abc import Sequence

from shared.scoring import cues
from shared.scoring.enumerating import ENDS, LONGEST_ITEM, enumerated, is_own
from shared.scoring.places import Place, japanese_or
from shared.scoring.tokens import Token

SEPARATORS = frozenset(",;/|\n\u3001\uff0c\u060c")
MANY = 4
"""Short pieces side by side: so many are a list, whatever they are."""
BESIDE = ("as well as", "along with", "together with")


def alternative(place: Place) -> bool:
    """Whether another candidate stands directly beside it, joined by "or", "and", a stroke or the like."""
    return _joined_behind(place) or _joined_before(place)


def _joined_behind(place: Place) -> bool:
    tokens, at = place.spoken.tokens, place.last
    if at < len(tokens) and tokens[at].raw == "," and at + 1 < len(tokens) and tokens[at + 1].folded in cues.OR:
        at += 1
    if [token.folded for token in tokens[at : at + 3]] == ["and", "/", "or"]:
        at += 2
    if at >= len(tokens):
        return False
    rest = " ".join(token.folded for token in tokens[at : at + 3])
    other = _item_from(tokens, at + (3 if rest.startswith(BESIDE[0]) else 2 if rest.startswith(BESIDE[1:]) else 1))
    if other is None or other in place.own or tokens[other].folded in place.asked:
        return False
    if tokens[at].raw in "/|" and tokens[other].is_word:
        return True
    if japanese_or(tokens, at):
        return True
    if tokens[at].folded in cues.OR and tokens[at].raw.islower() | (tokens[at].kind == "sign"):
        return tokens[other].folded not in ("so", "thereabouts", "rather")
    if tokens[at].folded in cues.AND or rest.startswith(BESIDE):
        return (alike(place, other) or _two_alone(place, other)) and not _goes_on(place, other)
    return False


def _joined_before(place: Place) -> bool:
    tokens, at = place.spoken.tokens, place.first - 1
    while at > 0 and tokens[at].folded in cues.ARTICLES | {"in", "at", "on", "to"} and tokens[at].raw.islower():
        at -= 1
    if (
        at < 1
        or at - 1 in place.own
        or not (tokens[at].folded in cues.OR | cues.AND or tokens[at].raw in "/|" or japanese_or(tokens, at))
    ):
        return False
    other = at - 2 if tokens[at - 1].raw == "," and at > 1 else at - 1
    if tokens[other].folded in place.asked or other in place.own or not tokens[other].is_word:
        return False
    if tokens[at].folded in cues.OR or tokens[at].raw in "/|" or japanese_or(tokens, at):
        return True
    return (alike(place, other) or _two_alone(place, other)) and not _two_statements(place, other)


def _two_alone(place: Place, other: int) -> bool:
    """Whether the text is nothing but two things joined."""
    short = place.spoken.words <= place.last - place.first + LONGEST_ITEM
    return short and place.spoken.tokens[other].is_word and is_bare(place)


def _item_from(tokens: Sequence[Token], at: int) -> int | None:
    """The first word of an item, behind its article."""
    while at < len(tokens) and tokens[at].folded in cues.ARTICLES | {"in", "at", "also", "then"}:
        at += 1
    return at if at < len(tokens) else None


def alike(place: Place, other: int) -> bool:
    """Whether a word may be another candidate: a name beside a name, a number beside a number."""
    own, theirs = place.spoken.tokens[place.first], place.spoken.tokens[other]
    if own.kind in ("number", "sign") or theirs.kind in ("number", "sign"):
        return own.kind == theirs.kind
    if own.capital and place.spoken.mixed:
        return theirs.capital
    return theirs.kind == "word" and place.spoken.words <= place.last - place.first + LONGEST_ITEM


def is_bare(place: Place) -> bool:
    """Whether the text is no sentence: it has no word but names, numbers and things."""
    return not any(
        token.folded in cues.FUNCTION - cues.ARTICLES - cues.AND - cues.OR and token.raw.islower()
        for token in place.spoken.tokens
    )


def _goes_on(place: Place, other: int) -> bool:
    """Whether a name behind "and" begins a sentence of its own: "Rossi won the race and Patel lost it" does not."""
    tokens = place.spoken.tokens
    return tokens[other].folded in ("he", "she", "it", "they", "i", "his", "her", "its", "their")


def _two_statements(place: Place, other: int) -> bool:
    """Whether "and" joins two statements: "Rovers beat Town and Imrie scored"."""
    tokens = place.spoken.tokens
    start = other
    while start > 0 and tokens[start - 1].raw[0] not in ENDS | SEPARATORS:
        start -= 1
    verb = any(token.folded in cues.BE or token.folded.endswith("ed") for token in tokens[start:other])
    behind = place.spoken.at(place.last)
    return verb and behind is not None and behind.kind == "word" and not behind.capital


def listed(place: Place) -> bool:
    """Whether it is one of three or more items, or of two single words or numbers."""
    if enumerated(place):
        return True
    items, own = _items(place)
    others = [item for item in items if not is_own(place, item)]
    similar = [item for item in others if _is_item(place, item)]
    if own and len([item for item in others if _is_plain(place, item)]) + 1 >= MANY:
        return True
    if not own or not similar:
        return False
    if len(similar) >= 3:
        return True
    plain = place.spoken.tokens[place.first].kind == "number" or not place.spoken.tokens[place.first].capital
    joined = any(joins(token) for token in place.spoken.tokens)
    return (len(similar) >= 2 and (plain or joined)) or (plain and len(items) == 2 and _single(similar))


def _single(items: Sequence[Sequence[Token]]) -> bool:
    """Whether they are one item of one word."""
    return len(items) == 1 and sum(token.is_word for token in items[0]) == 1


def _items(place: Place) -> tuple[list[Sequence[Token]], bool]:
    """Short pieces between separators on both sides, and whether the candidate's own piece is short as well."""
    tokens = place.spoken.tokens
    pieces, own = list[tuple[int, int]](), 0
    start = 0
    for at, token in enumerate((*tokens, None)):
        if (
            token is None
            or token.raw[0] in SEPARATORS | ENDS
            or joins(token)
            or (token.raw == ":" and at < place.first)
        ):
            if start <= place.first < at:
                own = len(pieces)
            pieces.append((start, at))
            start = at + 1
    run = [own]
    for step in (-1, 1):
        at = own + step
        while 0 <= at < len(pieces) and _same_sentence(tokens, pieces, at, step) and _is_short(tokens, pieces[at]):
            run.append(at)
            at += step
    first, last = pieces[own]
    is_short = place.first - first <= LONGEST_ITEM + 2 and last - place.last <= 3
    if own > min(run) and any(token.folded in cues.BE for token in tokens[first : place.first]):
        return [], False
    return [tokens[slice(*pieces[at])] for at in sorted(run)], is_short or len(run) > 4


def joins(token: Token) -> bool:
    return token.folded in cues.OR | cues.AND and token.raw == token.folded


def _same_sentence(tokens: Sequence[Token], pieces: Sequence[tuple[int, int]], at: int, step: int) -> bool:
    mark = pieces[at][1] if step < 0 else pieces[at][0] - 1
    return 0 <= mark < len(tokens) and (tokens[mark].raw[0] not in ENDS)


def _is_short(tokens: Sequence[Token], piece: tuple[int, int]) -> bool:
    return sum(token.is_word for token in tokens[slice(*piece)]) <= LONGEST_ITEM + 1


def _is_plain(place: Place, item: Sequence[Token]) -> bool:
    """Whether a piece is no part of a sentence and nothing of the question."""
    words = [token for token in item if token.is_word and token.folded not in cues.ARTICLES]
    if not words or all(word.folded in place.asked for word in words):
        return False
    return not any(word.folded in cues.FUNCTION | cues.BE | cues.NEGATORS for word in words)


def _is_item(place: Place, item: Sequence[Token]) -> bool:
    words = [t for t in item if t.is_word and t.folded not in cues.ARTICLES | cues.OR | cues.AND | {"in", "at"}]
    if not words or all(word.folded in place.asked for word in words):
        return False
    if any(word.folded in cues.NEGATORS or word.folded.endswith("n't") for word in words):
        return False
    if "".join(word.raw for word in words[:3]).startswith(cues.DENIED_BEFORE):
        return False
    own = place.spoken.tokens[place.first]
    if own.kind in ("number", "sign"):
        return words[0].kind == own.kind
    if own.capital and place.spoken.mixed:
        return words[0].capital and words[-1].kind == "word"
    return len(words) <= 2 and all(word.kind == "word" and word.folded not in cues.FUNCTION for word in words)
