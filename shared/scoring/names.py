"""Where an accepted name or phrase stands in an answer, in any of its forms, and not inside a longer name."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from shared.scoring.capitals import capitals_agree
from shared.scoring.cues import AND, ARTICLES, FUNCTION, GENERIC, HEIRS, NEGATORS, OR, TITLES
from shared.scoring.inflection import same_word
from shared.scoring.spelt import NUMBER_WORDS, ONES
from shared.scoring.tokens import Spoken, Token, spoken
from shared.scoring.within import whole_name

BETWEEN = frozenset(".-'\"(),&\u00b7")
_SMALL_NUMBERS = {word: number for number, word in enumerate(ONES[:13])}


@dataclass(frozen=True)
class Mention:
    """Tokens from `first` until `last`, by which rule, and whether that is doubtful."""

    first: int
    last: int
    rule: str = "name"
    doubtful: bool = False


@lru_cache(maxsize=8_192)
def phrase(reference: str) -> tuple[Token, ...]:
    """The words of a reference that an answer must have: without an article and a title before them."""
    words = [token for token in spoken(reference).tokens if token.is_word]
    while len(words) > 1 and words[0].folded in ARTICLES and words[1].start > words[0].end and words[1].kind != "stop":
        if spoken(reference).text[words[0].end] in "'-":
            break
        words = words[1:]
    while len(words) > 1 and words[0].folded in TITLES and words[1].capital:
        words = words[1:]
    return tuple(words)


def mentions(answer: Spoken, reference: str, asked: AbstractSet[str]) -> Iterator[Mention]:
    """Every place where the answer has the reference; `asked`: the question's folded words."""
    wanted = phrase(reference)
    if not wanted:
        return
    letter, anywhere = wanted[0].plain[:1], not _is_letters(wanted[0])
    for first, token in enumerate(answer.tokens):
        if not (anywhere or token.plain[:1] == letter or not token.plain.isascii()):
            continue  # words of ASCII with other first letters are no forms of each other
        mention = _from(answer, first, wanted) if token.is_word else None
        if mention and (doubt := whole_name(answer, mention.first, mention.last, wanted, asked)):
            yield Mention(mention.first, mention.last, mention.rule, mention.doubtful or doubt == "doubtful")
    yield from _short_forms(answer, wanted, asked)


def _is_letters(wanted: Token) -> bool:
    """Whether a word is one of ASCII letters, and no number, which has other words and digits."""
    return wanted.plain.isascii() and wanted.kind != "number" and _number(wanted) is None


def _from(answer: Spoken, first: int, wanted: Sequence[Token]) -> Mention | None:
    """The reference's words from here on, with function words, initials or one further name between them."""
    place, at, doubtful, inserted = 0, first, False, 0
    while place < len(wanted):
        token = answer.at(at)
        if token is None:
            return Mention(first, at, doubtful=True) if _but_for_an_heir(wanted, place) else None
        matched, taken, doubt = _matches(answer, at, wanted, place)
        if matched:
            place, at, doubtful = place + taken[0], at + taken[1], doubtful or doubt
        elif (
            (place and token.raw in BETWEEN)
            or token.kind == "clitic"
            or (place and token.folded in FUNCTION and token.raw.islower())
        ):
            at += 1
        elif (place and wanted[place].folded in FUNCTION | {"and"}) or (place and _is_initial(wanted[place])
                                                                      and not _is_initial(token)):  # fmt: skip
            place += 1
        elif _but_for_an_heir(wanted, place):
            place, doubtful = place + 1, True
        elif place and not inserted and _may_stand_between(wanted, token):
            at, inserted, doubtful = at + 1, 1, True
        else:
            return None
    return Mention(first, at, doubtful=doubtful)


def _but_for_an_heir(wanted: Sequence[Token], place: int) -> bool:
    """Whether all is said but the Jr. behind a full name."""
    return place == len(wanted) - 1 > 1 and wanted[place].folded in HEIRS


def _matches(answer: Spoken, at: int, wanted: Sequence[Token], place: int) -> tuple[bool, tuple[int, int], bool]:
    """Whether the words here are the same, how many of both, and whether that is doubtful."""
    token, want = answer.tokens[at], wanted[place]
    if not capitals_agree(answer, token, wanted, place):
        return False, (0, 0), False
    same, doubt = same_word(want, token, answer.at(at - 1))
    if same or _number(want) == (_number(token) or -1):
        return True, (1, 1), doubt
    if place + 1 < len(wanted) and want.plain + wanted[place + 1].plain == token.plain:
        return True, (2, 1), False
    gap = 2 if (behind := answer.at(at + 1)) and behind.raw in ("-", "'", ".") else 1
    following = answer.at(at + gap)
    if following and following.is_word and token.plain + following.plain == want.plain and token.kind != "number":
        return True, (1, gap + 1), False
    return False, (0, 0), False


def _number(token: Token) -> int | None:
    if token.kind == "number" and token.raw.isdecimal():
        return int(token.raw)
    return _SMALL_NUMBERS.get(token.folded, NUMBER_WORDS.get(token.folded))


def _is_initial(token: Token) -> bool:
    return token.kind == "initials" or (len(token.raw) == 1 and token.capital)


def _may_stand_between(wanted: Sequence[Token], token: Token) -> bool:
    """A second first name, an initial where the reference has none, or another word in a phrase without names."""
    if _is_initial(token):
        return not any(map(_is_initial, wanted)) and len(wanted) > 1
    if token.kind != "word" or token.folded in FUNCTION | NEGATORS | OR | AND:
        return False
    if not any(want.capital for want in wanted):
        return token.raw.islower()
    return len(wanted) == 2 and all(want.capital for want in wanted) and token.capital


def _same_initials(said: Token, wanted: Sequence[Token]) -> bool:
    """Whether initials before a last name are those of the names before it, or the first of them."""
    full = "".join(want.plain if want.kind == "initials" else want.plain[0] for want in wanted[:-1])
    return said.plain in (full, full[0])


def _short_forms(answer: Spoken, wanted: Sequence[Token], asked: AbstractSet[str]) -> Iterator[Mention]:
    """A person's last name alone, or with an initial: Obama, B. Obama."""
    names = [want for want in wanted if want.folded not in FUNCTION or _is_initial(want)]
    if not 2 <= len(wanted) <= 5 or not all(want.capital and want.kind in ("word", "initials") for want in names):
        return
    last = wanted[-1]
    words = [token for token in answer.tokens if token.is_word and token.folded not in FUNCTION]
    if (
        len(words) > 1
        and "?" not in answer.text
        and {word.plain for word in words} == {want.plain for want in wanted} - FUNCTION
    ):
        yield Mention(0, len(answer.tokens), "same words", doubtful=True)
    apart = any(behind.start - before.end > 1 for before, behind in pairwise(wanted) if before.kind != "initials")
    if apart or len(last.raw) < 3 or len(names) < len(wanted) or any(want.folded in GENERIC for want in wanted):
        return
    for at, token in enumerate(answer.tokens):
        if not (token.capital or not answer.mixed) or not same_word(last, token, answer.at(at - 1))[0]:
            continue
        first = at
        before = answer.at(at - 1)
        if before and before.capital and before.folded not in TITLES | FUNCTION and not _is_initial(before):
            continue
        if before and _is_initial(before):
            if not _same_initials(before, wanted) or ((name := answer.at(at - 2)) and name.is_word and name.capital):
                continue
            first = at - 1
        if whole_name(answer, first, at + 1, wanted[-1:], asked) == "whole":
            yield Mention(first, at + 1, "last name", doubtful=True)
