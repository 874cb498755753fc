"""Whether two words are forms of one: by the Snowball stemmer of the script's or the text's language, by prefixes and
by particles where a language writes those together with its words.

Source: Porter 2001, "Snowball: a language for stemming algorithms", by way of nltk.
"""

import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import regex

from shared.scoring.spelling import arabic
from shared.scoring.tokens import Token

_CYRILLIC, _GREEK = regex.compile(r"\p{Cyrillic}"), regex.compile(r"\p{Greek}")
_ARABIC, _HEBREW = regex.compile(r"\p{Arabic}"), regex.compile(r"\p{Hebrew}")
_HANGUL = regex.compile(r"\p{Hangul}")
_GLUING = regex.compile(r"[\p{Georgian}\p{Armenian}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}]")
_FORMS = tomllib.loads((Path(__file__).parent / "forms.toml").read_text(encoding="utf-8"))
_KOREAN, _CASES, _SLAVIC = (frozenset(_FORMS[name]) for name in ("korean_particles", "finnish_and_hungarian", "slavic"))
"""Of Finnish and Hungarian the endings that no other language of Latin script has on a name."""
_ARABIC_PREFIXES, _HEBREW_PREFIXES = tuple(_FORMS["arabic_prefixes"]), tuple(_FORMS["hebrew_prefixes"])
_SLAVIC_BEFORE = frozenset(_FORMS["slavic_prepositions"])
_GERMAN_BEFORE, _GERMAN = frozenset(_FORMS["german_articles"]), frozenset(_FORMS["german"])
_ON = frozenset(_FORMS["hungarian_on"])
"""At the end of a name that is long enough; a shorter one with it is another name, as are names in -son and -sen."""
_GRADES, _SOFT = (tuple(_FORMS[name].items()) for name in ("finnish_grades", "slavic_softened"))
_BARE_ENDINGS = ("", "\u0439", "\u044c", "\u03c2", "\u03bd")
_RUSSIAN_CASES, _GREEK_CASES = frozenset(_FORMS["russian"]), frozenset(_FORMS["greek"])


@cache
def _stemmer(language: str) -> Any:
    from nltk.stem.snowball import SnowballStemmer

    return SnowballStemmer(language)


@lru_cache(maxsize=8_192)
def stem(word: str, language: str) -> str:
    """A word's stem; the stemmer is loaded at the first."""
    return str(_stemmer(language).stem(word))


def same_word(wanted: Token, said: Token, before: Token | None) -> tuple[bool, bool]:
    """Whether a word of an answer is a form of the wanted one, and whether it is doubtful; `before`: what precedes."""
    if wanted.same(said):
        return True, False
    if min(len(wanted.folded), len(said.folded)) < 2 or said.kind == "number" or wanted.kind == "number":
        return False, False
    ours, theirs = said.folded, wanted.folded
    if ours[0] != theirs[0] and ours.isascii():
        return False, False
    if ours.isascii() and theirs.isascii() and not wanted.capital:
        return _plural(ours, theirs) or stem(ours, "english") == stem(theirs, "english"), False
    return _other_scripts(ours, theirs) or _latin(wanted.plain, said, before)


_OPEN = {"ів": "ов", "їв": "єв"}
"""The vowel of a Ukrainian name in its cases."""


_PLURALS = {
    "child": "children", "foot": "feet", "goose": "geese", "man": "men", "mouse": "mice", "person": "people",
    "tooth": "teeth", "woman": "women",
}  # fmt: skip


def _plural(one_form: str, other: str) -> bool:
    short, long = sorted((one_form, other), key=len)
    if _PLURALS.get(one_form) == other or _PLURALS.get(other) == one_form:
        return True
    if short.endswith(("f", "fe")) and long == short.rstrip("e")[:-1] + "ves":
        return True
    return long in (f"{short}s", f"{short}es") or (short.endswith("y") and long == f"{short[:-1]}ies")


def _other_scripts(ours: str, theirs: str) -> tuple[bool, bool] | None:
    """By the rules of the words' script; None for Latin script."""
    if _CYRILLIC.search(theirs):
        same = len(theirs) > 2 and (
            stem(ours, "russian") == stem(theirs, "russian")
            or _ends(ours, theirs, _RUSSIAN_CASES)
            or (theirs[-2:] in _OPEN and _ends(ours, theirs[:-2] + _OPEN[theirs[-2:]], _RUSSIAN_CASES))
        )
        return same, same
    if _GREEK.search(theirs):
        return _ends(ours, theirs, _GREEK_CASES), True
    if _HANGUL.search(theirs):
        return ours.startswith(theirs) and ours[len(theirs) :] in _KOREAN, False
    if _ARABIC.search(theirs):
        ours, theirs = arabic(ours), arabic(theirs)
        return _without(ours, _ARABIC_PREFIXES) & _without(theirs, _ARABIC_PREFIXES[:5]) != set(), False
    if _HEBREW.search(theirs):
        return len(theirs) > 2 and theirs in _without(ours, _HEBREW_PREFIXES), False
    if _GLUING.search(theirs):
        bare = theirs[:-1] if len(theirs) > 4 else theirs
        return len(bare) > 2 and ours.startswith(bare) and len(ours) - len(bare) < 5, True
    return None if theirs[:1].isascii() or "\u00c0" <= theirs[:1] <= "\u024f" else (False, False)


def _without(word: str, prefixes: tuple[str, ...]) -> set[str]:
    return {word} | {
        word[len(prefix) :] for prefix in prefixes if word.startswith(prefix) and len(word) - len(prefix) > 2
    }


def _ends(ours: str, theirs: str, endings: frozenset[str]) -> bool:
    """Whether both have the same beginning and only a case ending differs."""
    shared = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]),
                  min(len(ours), len(theirs)))  # fmt: skip
    rests = (ours[shared:], theirs[shared:])
    return shared >= 3 and all(rest in endings or rest in _BARE_ENDINGS for rest in rests)


def _graded(wanted: str, bare: str) -> Iterator[str]:
    """What a Finnish name may begin with in a case: Helsinki, Helsingi-; Turku, Turu-; Lahti, Lahde-."""
    yield bare
    for strong, weak in _GRADES:
        if bare.endswith(strong):
            yield bare.removesuffix(strong) + weak
    if bare.endswith("k"):
        yield bare[:-1] + wanted[len(bare) :]
    yield bare[:-1]


def _softened(bare: str, ours: str) -> bool:
    """Whether a last consonant is softened before -e or -i: Praha, v Praze; Ameryka, w Ameryce."""
    return any(
        bare.endswith(hard) and ours in (bare.removesuffix(hard) + soft + "e", bare.removesuffix(hard) + soft + "i")
        for hard, soft in _SOFT
    )


def _latin(wanted: str, said: Token, before: Token | None) -> tuple[bool, bool]:
    """A name in Finnish, Hungarian, Polish or Czech case, or any word by its language's accents."""
    ours = said.plain
    bare = wanted.rstrip("aeiouy")
    if len(bare) < 3 or len(ours) <= len(bare):
        return False, False
    begins = next((len(root) for root in _graded(wanted, bare) if len(root) > 3 and ours.startswith(root)), 0)
    if not begins:
        begins = len(bare) if ours.startswith(bare) else 0
    rest = said.folded[begins:] if begins else ""
    if before is not None and before.folded in _GERMAN_BEFORE and ours.startswith(wanted):
        return said.folded[len(wanted) :] in _GERMAN, True
    if len(wanted) > 5 and ours.startswith(wanted) and wanted[-1] not in "saeiou" and ours[len(wanted) :] in _ON:
        return True, True
    if begins and any(rest.endswith(case) and len(rest) - len(case) <= 2 for case in _CASES):
        return True, True
    if before is not None and before.folded in _SLAVIC_BEFORE and _softened(bare, ours):
        return True, True
    slavic = before is not None and before.folded in _SLAVIC_BEFORE and before.raw.islower()
    return bool(begins) and (slavic or not said.folded.isascii()) and rest in _SLAVIC, True
