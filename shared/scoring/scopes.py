"""What a statement is worth where it stands: asserted, denied, hedged, taken back, asked, or one of several named."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal

from shared.scoring import cues
from shared.scoring.heaps import heaped, repeated, spanned
from shared.scoring.lists import alternative, listed
from shared.scoring.places import SENTENCE, Place, clause, said, sentence
from shared.scoring.tokens import Token

Standing = Literal["asserted", "denied", "hedged", "taken back", "asked", "listed"]
REACH = 5
NOTHING = frozenset[str]()


def standing(place: Place) -> tuple[Standing, bool]:
    """What the statement there is worth, and whether that is doubtful."""
    left, right = clause(place)
    before, behind = said(left), said(right)
    if _taken_back(place):
        return "taken back", True
    if _denied_before(place, left, before) or _denied_behind(place, right, behind):
        return "denied", False
    if _superseded(place, left, right):
        return "denied", True
    if _lost(place, left):
        return "denied", True
    if "not only" in before or "not just" in before or "both" in before.split():
        return "listed", True
    if _is_question(place):
        return "asked", place.spoken.words <= place.last - place.first + 2
    if _hedged(place, before, behind):
        return "hedged", True
    if alternative(place) or listed(place) or repeated(place) or heaped(place) or spanned(place):
        return "listed", False
    beside = f" {before} | {behind} "
    return "asserted", any(doubt in beside for doubt in _not_asked(cues.DOUBTS, NOTHING))


def _is_negator(word: str) -> bool:
    return word in cues.NEGATORS or word.endswith("n't")


def _denied_before(place: Place, left: Sequence[Token], before: str) -> bool:
    padded = f" {before} "
    for phrase in cues.PROTECTED:
        padded = padded.replace(f" {phrase} ", " ")
    padded = padded.replace(" not only ", " ").replace(" not just ", " ")
    words = padded.split()
    if words[-2:] == ["no", "."] and place.spoken.tokens[place.first].kind == "number":
        words = words[:-2]
    if place.asked & cues.NEGATORS or any(word.endswith("n't") for word in place.asked):
        words = words[-2:]  # who did not come is asked for
    if words[:1] == ["no"] and words[1:2] in (["it"], ["the"], ["he"], ["she"], ["they"], ["that"]):
        words = words[1:]
    if any(_is_negator(word) for word in words):
        return True
    if any(phrase in padded for phrase in _not_asked(cues.DENIALS, NOTHING)):
        return True
    past = (padded.partition(phrase) for phrase in _not_asked(cues.PAST, place.asked))
    if any(marker and not _followed(marker, tail) for _, marker, tail in past):
        return True
    if not left or left[-1].kind != "sign":
        return _in_denied_list(place)
    start = place.spoken.tokens[place.first].start
    return place.spoken.text[:start].rstrip().endswith(cues.DENIED_BEFORE)


def _followed(marker: str, tail: str) -> bool:
    """Whether what is said behind a word for what was once is what came of it: "first put at 12, later at 15"."""
    return (marker.endswith(" from ") and " to " in tail) or any(f" {word} " in f" {tail}" for word in cues.AFTERWARDS)


@lru_cache(maxsize=512)
def _not_asked(phrases: tuple[str, ...], asked: AbstractSet[str]) -> tuple[str, ...]:
    """Those that the question does not have itself, each between spaces."""
    return tuple(f" {phrase} " for phrase in phrases if not set(phrase.split()) <= asked)


def _in_denied_list(place: Place) -> bool:
    """In "not Paris, Lyon or Nice" and "neither Paris nor Lyon" all are denied."""
    tokens, at = place.spoken.tokens, place.first
    if at > 1 and tokens[at - 1].folded in ("or", "nor") and tokens[at - 2].is_word:
        start = at
        while start > 0 and tokens[start - 1].raw[0] not in SENTENCE and tokens[start - 1].folded not in cues.BUT:
            start -= 1
        return any(_is_negator(token.folded) for token in tokens[start : at - 1])
    return False


def _denied_behind(place: Place, right: Sequence[Token], behind: str) -> bool:
    words = behind.split()[: REACH + 1]
    if place.asked & cues.NEGATORS:
        words = []
    for number, word in enumerate(words[:REACH]):
        if not _is_negator(word) or words[number + 1 : number + 2] in (["only"], ["just"], ["alone"], ["doubt"]):
            continue
        if word.endswith("n't") or any(earlier in cues.BE for earlier in words[:number]):
            return True
        following = right[number + 1] if number + 1 < len(right) else None
        elsewhere = number == 0 and word not in ("not", "never", "nor", "neither", "without")
        if elsewhere and following and following.is_word and not following.capital and following.kind != "number":
            return True
    if any(word in cues.WRONG and words[:number][-1:] and set(words[:number]) & cues.BE
           for number, word in enumerate(words[:4])):  # fmt: skip
        return True
    first = words[0] if words else ""
    if first in cues.NOT_BEHIND:
        return True
    if first in cues.BE and any(
        f" {phrase} " in f" {' '.join(words[1:])} " and not set(phrase.split()) & place.asked for phrase in cues.REFUTED
    ):
        return True
    end = place.spoken.tokens[place.last - 1].end
    return place.spoken.text[end:].lstrip().startswith(cues.DENIED_BEHIND)


def _superseded(place: Place, left: Sequence[Token], right: Sequence[Token]) -> bool:
    """Whether this was so, and something else is said to be so now: "Before it was Patel, now it is Rossi." """
    clause = {token.folded for token in (*left, *right)}
    first, last = place.first - len(left), place.last + len(right)
    elsewhere = {
        token.raw if token.folded in cues.NEW else token.folded
        for token in (*place.spoken.tokens[:first], *place.spoken.tokens[last:])
    }
    if clause & cues.NOW or place.asked & {"before", "until", "previous", "previously", "former", "formerly", "first"}:
        return False
    ended = {"until", "till"} & {token.folded for token in right} and elsewhere & (cues.NOW | {"then", "since"})
    renewed = clause & cues.OLD and elsewhere & cues.NEW and clause & cues.BE
    return bool((clause & cues.THEN and elsewhere & cues.NOW) or ended or renewed)


def _lost(place: Place, left: Sequence[Token]) -> bool:
    """Whether it is said to have lost, where nobody asked for that."""
    if place.asked & cues.CONTESTED:
        return False
    before = [token.folded for token in left]
    if set(before[-2:]) & cues.WON_AGAINST and before[-1] != "by":
        return True
    if before[-1:] in (["against"], ["over"], ["of"]) and set(before[-4:]) & cues.WINNING:
        return True
    following = said(place.spoken.tokens[place.last : place.last + REACH]).removeprefix(", ").removeprefix("who ")
    return f"{following} ".startswith(tuple(f"{phrase} " for phrase in cues.LOST))


def _taken_back(place: Place) -> bool:
    """Whether a correction follows in which something is said."""
    tokens = place.spoken.tokens[place.last :]
    following = " ".join(token.folded for token in tokens if token.is_word or token.raw in (",", "-"))
    for phrase in cues.CORRECTIONS:
        head, marker, tail = f" {following} ".partition(f" {phrase} ")
        if marker and tail.strip(" ,-") and len(head.split()) <= 12:
            return tail.split()[0] not in ("for", "about", "if", "that") or phrase != "sorry"
    return False


def _is_question(place: Place) -> bool:
    _, last = sentence(place)
    mark = place.spoken.at(last)
    return mark is not None and mark.raw[0] in "?\uff1f\u061f"


def _hedged(place: Place, before: str, behind: str) -> bool:
    first, last = sentence(place)
    tokens = place.spoken.tokens
    around = f" {said(tokens[max(0, first - 12) : last + 14])} "
    if any(phrase in around for phrase in _not_asked(cues.UNSURE, NOTHING)):
        return True
    beside = f" {before} | {behind} "
    if any(hedge in beside for hedge in _not_asked(cues.HEDGES, place.asked)):
        return True
    follow = f" {said(tokens[place.last : place.last + 5])} "
    if any(follow.startswith((f" , {hedge} ", f" {hedge} ")) for hedge in ("maybe", "perhaps", "possibly", "i guess")):
        return True
    start, end = tokens[place.first].start, tokens[place.last - 1].end
    text = place.spoken.text
    return any(hedge in text[:start] for hedge in cues.HEDGES_WITHOUT_SPACES) or any(
        hedge in text[end : end + 8] for hedge in cues.HEDGED_BEHIND
    )
