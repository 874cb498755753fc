"""What of a clause can be asked for: a phrase that holds a number, a date or a name, and the words that ask for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.generator.tuning.data.asking.finite_verbs import AUXILIARIES, HAVE, PREPOSITIONS, is_past
from services.generator.tuning.data.asking.vocabulary import words as words_of
from services.generator.tuning.data.mentions import Mention, mentions

_WORD = re.compile(r"[a-z][a-z-]*$")
_SIZES, _NOT_BEFORE = words_of("sizes"), words_of("before_other_numbers")
_NO_ROLES, _PLURALS, _ROUGHLY = words_of("no_roles"), words_of("plurals"), words_of("roughly")
_STOPS = PREPOSITIONS | words_of("ends_of_phrases")
_ACRONYMS = words_of("acronyms_of_places")
_BEHIND_NAMES = _STOPS | AUXILIARIES | HAVE | words_of("behind_names")
_ADJECTIVE = re.compile(
    r"(?:wooden|golden|ly|al|ic|ous|ive|ful|ed|ing|ary|new|old|small|large|long|short|extra|more|other|square|cubic)$"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_WEEKDAY = re.compile(r"[A-Z][a-z]+day$")
_MONTH = re.compile(r"[A-Z][a-z]+(?: \d{4})?$")
_JOINED_BEFORE = re.compile(r"[^\W\d_a-z]\S* (?:and|or|&) (?:the )?$")
_JOINED_BEHIND = re.compile(r",? (?:and|or|&|but) |, [^\W\d_a-z]\S*(?: [^\W\d_a-z]\S*)*,? (?:and|or|&) ")
_BEHIND_PARTS_OF_DATES = words_of("behind_parts_of_dates")
_GOES_ON = ("'", "\u2019", "-", "\u2013", "\u2014", "%")
"""What stands behind a part of a longer name, of a range or of another number."""
SHORTEST = 3
"""Characters of a name; St and Mt are beginnings of one."""
PLACES = frozenset(("in", "at", "near"))


@dataclass(frozen=True)
class Gap:
    """`phrase` of a clause's rest is asked for by `asks`; the answer is a part of the phrase, or all of it."""

    phrase: str
    asks: str
    answer: str
    kind: str


def in_rest(rest: str) -> Iterator[Gap]:
    """All gaps of what follows a verb."""
    for mention in mentions(rest):
        if is_coordinated(rest, mention) or rest.startswith(_GOES_ON, mention.end):
            continue
        before = rest[: mention.start].split()
        after = rest[mention.end :].split()
        if mention.kind == "number":
            yield from _number(mention, before, after, rest)
        elif mention.kind == "date":
            yield from _date(mention, before, after)
        elif is_whole(rest[mention.end :]) and (len(mention.text) >= SHORTEST or mention.text in _ACRONYMS):
            yield from _name(mention, before)


def is_whole(behind: str) -> bool:
    """Whether a name ends where it seems to: in Ostrel on Monday, but not in Ostrel harbour, and not at Level 1."""
    following = behind.split(maxsplit=1)
    return not behind[:1].isalnum() and (
        not following or not following[0][0].isalnum() or following[0].rstrip(",.;") in _BEHIND_NAMES
    )


def is_coordinated(text: str, mention: Mention) -> bool:
    """Whether a name is a part of more: of Marks and Spencer, and of what is in Texas and elsewhere."""
    return (
        _JOINED_BEFORE.search(text[: mention.start]) is not None or _JOINED_BEHIND.match(text, mention.end) is not None
    )


def is_participle(word: str) -> bool:
    """Whether a word may be what somebody did: opened, held, written."""
    return is_past(word) or (word.islower() and word.endswith(("en", "wn")))


def _number(mention: Mention, before: list[str], after: list[str], rest: str) -> Iterator[Gap]:
    previous = before[-1] if before else ""
    if _YEAR.match(mention.text) and previous == "in":
        yield Gap(f"in {mention.text}", "in which year", mention.text, "year")
        return
    if rest[: mention.start].endswith(("$", "\u20ac", "\u00a3")) or previous in _NOT_BEFORE:
        return
    counted = _counted(after)
    follows = after[len(counted) : len(counted) + 2]
    is_a_score = follows[:1] == ["to"] and follows[1:] and follows[1][0].isdigit()
    goes_on = after[len(counted) : len(counted) + 1] in (["and"], ["or"], ["&"], ["ago"])
    if counted and not is_a_score and not goes_on and (counted[0] in _SIZES or any(map(_is_plural, counted))):
        roughly, standing = (f"{previous} ", before[:-1]) if previous in _ROUGHLY else ("", before)
        is_of = standing and standing[-1] in PREPOSITIONS - {"of", "about", "over", "under"}
        preposition = f"{standing[-1]} " if is_of else ""
        phrase = f"{preposition}{roughly}{' '.join([mention.text, *counted])}"
        yield Gap(phrase, f"{preposition}how many {' '.join(counted)}", mention.text, "number")


def _counted(after: list[str]) -> list[str]:
    """What is counted: a noun, with an adjective before it, a size behind it, or what it is of."""
    words: list[str] = []
    for word in after[:3]:
        if not _WORD.match(word) or word in _STOPS:
            break
        words.append(word)
        if not _ADJECTIVE.search(word) and (len(words) > 1 or not _takes_more(after[1:2])):
            break
    if words and len(after) > len(words) + 1 and after[len(words)] == "of" and _WORD.match(after[len(words) + 1]):
        words += _of(after[len(words) :])
    return words if (words and not _ADJECTIVE.search(words[-1])) or (words and words[-1] in _SIZES) else []


def _is_plural(word: str) -> bool:
    return word in _PLURALS or (word.endswith("s") and not word.endswith("ss"))


def _takes_more(following: list[str]) -> bool:
    return bool(following) and following[0] in _SIZES


def _of(after: list[str]) -> list[str]:
    """Of, and up to two plain words."""
    words = ["of"]
    for word in after[1:3]:
        if not _WORD.match(word) or word in _STOPS:
            break
        words.append(word)
    return words if len(words) > 1 else []


def _date(mention: Mention, before: list[str], after: list[str]) -> Iterator[Gap]:
    previous = before[-1] if before else ""
    if after[:1] and (after[0] in _BEHIND_PARTS_OF_DATES or after[0][0].isupper()):
        return
    if previous not in ("on", "in", "from", "until", "by", "since", "before", "after"):
        return
    unit = "month" if _MONTH.fullmatch(mention.text) and not _WEEKDAY.fullmatch(mention.text) else "day"
    yield Gap(f"{previous} {mention.text}", f"{previous} which {unit}", mention.text, unit)


def _name(mention: Mention, before: list[str]) -> Iterator[Gap]:
    """The architect Ilse Varnholt: which architect. At Tavrick: at which place."""
    if len(before) >= 2 and before[-2] == "the" and _WORD.match(before[-1]) and before[-1] not in _STOPS | _NO_ROLES:
        role = before[-1]
        preposition = before[-3] if len(before) >= 3 and before[-3] in PREPOSITIONS - {"of"} else ""
        phrase = f"{preposition} the {role} {mention.text}".strip()
        yield Gap(phrase, f"{preposition} which {role}".strip(), mention.text, "name")
    elif len(before) > 1 and before[-1] == "by" and is_participle(before[-2]):
        yield Gap(f"by {mention.text}", "by whom", mention.text, "name")
    elif before and before[-1] in PLACES and not (mention.text.isupper() and mention.text not in _ACRONYMS):
        yield Gap(f"{before[-1]} {mention.text}", f"{before[-1]} which place", mention.text, "place")
