"""Whether a candidate is one of several that are named side by side, where one was asked for."""

from collections.abc import Sequence, Set
from typing import Protocol

from shared.scoring import cues
from shared.scoring.tokens import Spoken, Token

SEPARATORS = frozenset(",;/|\n\u3001\uff0c\u060c")
ENDS = frozenset(".!?\u3002\uff01\uff1f")
LONGEST_ITEM = 5
FEWEST_HEAPED = 4
MANY = 4
"""Short pieces side by side: so many are a list, whatever they are."""
BESIDE = ("as well as", "along with", "together with")


class Located(Protocol):
    """Where the candidate stands."""

    @property
    def spoken(self) -> Spoken: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def own(self) -> Set[int]: ...
    @property
    def asked(self) -> Set[str]: ...


def alternative(place: Located) -> bool:
    """Whether another candidate stands directly beside it, joined by "or", "and", a stroke or the like."""
    return _joined_behind(place) or _joined_before(place)


def _joined_behind(place: Located) -> bool:
    tokens, at = place.spoken.tokens, place.last
    if at < len(tokens) and tokens[at].raw == "," and at + 1 < len(tokens) and tokens[at + 1].folded in cues.OR:
        at += 1
    if at >= len(tokens):
        return False
    rest = " ".join(token.folded for token in tokens[at : at + 3])
    other = _item_from(tokens, at + (3 if rest.startswith(BESIDE[0]) else 2 if rest.startswith(BESIDE[1:]) else 1))
    if other is None or other in place.own or tokens[other].folded in place.asked:
        return False
    if tokens[at].raw in "/|" and tokens[other].is_word:
        return True
    if tokens[at].folded in cues.OR and tokens[at].raw.islower() | (tokens[at].kind == "sign"):
        return tokens[other].folded not in ("so", "thereabouts", "rather")
    if tokens[at].folded in cues.AND or rest.startswith(BESIDE):
        return (_alike(place, other) or _two_alone(place, other)) and not _goes_on(place, other)
    return False


def _joined_before(place: Located) -> bool:
    tokens, at = place.spoken.tokens, place.first - 1
    while at > 0 and tokens[at].folded in cues.ARTICLES | {"in", "at", "on", "to"} and tokens[at].raw.islower():
        at -= 1
    if at < 1 or at - 1 in place.own or not (tokens[at].folded in cues.OR | cues.AND or tokens[at].raw in "/|"):
        return False
    other = at - 2 if tokens[at - 1].raw == "," and at > 1 else at - 1
    if tokens[other].folded in place.asked or other in place.own or not tokens[other].is_word:
        return False
    if tokens[at].folded in cues.OR or tokens[at].raw in "/|":
        return True
    return (_alike(place, other) or _two_alone(place, other)) and not _two_statements(place, other)


def _two_alone(place: Located, other: int) -> bool:
    """Whether the text is nothing but two things joined."""
    short = place.spoken.words <= place.last - place.first + LONGEST_ITEM
    return short and place.spoken.tokens[other].is_word and _is_bare(place)


def _item_from(tokens: Sequence[Token], at: int) -> int | None:
    """The first word of an item, behind its article."""
    while at < len(tokens) and tokens[at].folded in cues.ARTICLES | {"in", "at", "also", "then"}:
        at += 1
    return at if at < len(tokens) else None


def _alike(place: Located, other: int) -> bool:
    """Whether a word may be another candidate: a name beside a name, a number beside a number."""
    own, theirs = place.spoken.tokens[place.first], place.spoken.tokens[other]
    if own.kind in ("number", "sign") or theirs.kind in ("number", "sign"):
        return own.kind == theirs.kind
    if own.capital and place.spoken.mixed:
        return theirs.capital
    return theirs.kind == "word" and place.spoken.words <= place.last - place.first + LONGEST_ITEM


def _is_bare(place: Located) -> bool:
    """Whether the text is no sentence: it has no word but names, numbers and things."""
    return not any(
        token.folded in cues.FUNCTION - cues.ARTICLES - cues.AND - cues.OR and token.raw.islower()
        for token in place.spoken.tokens
    )


def heaped(place: Located) -> bool:
    """Whether the text is no sentence and goes on with other words: candidates without a sign between them."""
    tokens = place.spoken.tokens
    if any(_joins(token) or (token.kind == "stop" and token.raw not in "-'") for token in tokens[:-1]):
        return False
    others = [
        token for number, token in enumerate(tokens)
        if token.is_word and token.kind != "sign" and number not in place.own and token.folded not in place.asked
    ]  # fmt: skip
    return len(others) >= FEWEST_HEAPED and _is_bare(place) and not any(token.folded in cues.BE for token in tokens)


def _goes_on(place: Located, other: int) -> bool:
    """Whether a name behind "and" begins a sentence of its own: "Rossi won the race and Patel lost it" does not."""
    tokens = place.spoken.tokens
    return tokens[other].folded in ("he", "she", "it", "they", "i", "his", "her", "its", "their")


def _two_statements(place: Located, other: int) -> bool:
    """Whether "and" joins two statements: "Rovers beat Town and Imrie scored"."""
    tokens = place.spoken.tokens
    start = other
    while start > 0 and tokens[start - 1].raw[0] not in ENDS | SEPARATORS:
        start -= 1
    verb = any(token.folded in cues.BE or token.folded.endswith("ed") for token in tokens[start:other])
    behind = place.spoken.at(place.last)
    return verb and behind is not None and behind.kind == "word" and not behind.capital


def listed(place: Located) -> bool:
    """Whether it is one of three or more items, or of two single words or numbers."""
    items, own = _items(place)
    others = [item for item in items if not _is_own(place, item)]
    alike = [item for item in others if _is_item(place, item)]
    if own and len([item for item in others if _is_plain(place, item)]) + 1 >= MANY:
        return True
    if not own or not alike:
        return False
    if len(alike) >= 3:
        return True
    plain = place.spoken.tokens[place.first].kind == "number" or not place.spoken.tokens[place.first].capital
    joined = any(_joins(token) for token in place.spoken.tokens)
    return (len(alike) >= 2 and (plain or joined)) or (plain and len(items) == 2 and _single(alike))


def _single(items: Sequence[Sequence[Token]]) -> bool:
    """Whether they are one item of one word."""
    return len(items) == 1 and sum(token.is_word for token in items[0]) == 1


def _items(place: Located) -> tuple[list[Sequence[Token]], bool]:
    """Short pieces between separators on both sides, and whether the candidate's own piece is short as well."""
    tokens = place.spoken.tokens
    pieces, own = list[tuple[int, int]](), 0
    start = 0
    for at, token in enumerate((*tokens, None)):
        if (
            token is None
            or token.raw[0] in SEPARATORS | ENDS
            or _joins(token)
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


def _joins(token: Token) -> bool:
    return token.folded in cues.OR | cues.AND and token.raw == token.folded


def repeated(place: Located) -> bool:
    """Whether the same is said of others: "It is Rossi. It is Patel.", or one sentence after the other is a name."""
    tokens = place.spoken.tokens
    starts = [0, *(at + 1 for at, token in enumerate(tokens) if token.raw[0] in ENDS)]
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
        ends = ENDS | SEPARATORS if frame else ENDS
        end = next((at for at in range(other, len(tokens)) if tokens[at].raw[0] in ends), len(tokens))
        short = 0 < end - other <= (3 if not frame else LONGEST_ITEM)
        if short and not place.own & set(range(other, end)) and tokens[other].is_word:
            others += 2 if _alike(place, other) else 1
    return others > 1


def _same_sentence(tokens: Sequence[Token], pieces: Sequence[tuple[int, int]], at: int, step: int) -> bool:
    mark = pieces[at][1] if step < 0 else pieces[at][0] - 1
    return 0 <= mark < len(tokens) and (tokens[mark].raw[0] not in ENDS)


def _is_short(tokens: Sequence[Token], piece: tuple[int, int]) -> bool:
    return sum(token.is_word for token in tokens[slice(*piece)]) <= LONGEST_ITEM + 1


def _is_own(place: Located, item: Sequence[Token]) -> bool:
    places = {token.start: number for number, token in enumerate(place.spoken.tokens)}
    return any(places[token.start] in place.own for token in item)


def _is_plain(place: Located, item: Sequence[Token]) -> bool:
    """Whether a piece is no part of a sentence and nothing of the question."""
    words = [token for token in item if token.is_word and token.folded not in cues.ARTICLES]
    if not words or all(word.folded in place.asked for word in words):
        return False
    return not any(word.folded in cues.FUNCTION | cues.BE | cues.NEGATORS for word in words)


def _is_item(place: Located, item: Sequence[Token]) -> bool:
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
