"""Numbers in words: English ones of any size, ordinals and fractions; those of other languages below a hundred."""

import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import regex

from shared.scoring.quantities import numbers

_FORMS = tomllib.loads((Path(__file__).parent / "forms.toml").read_text(encoding="utf-8"))
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = ("hundred", "thousand", "million", "billion", "trillion")
_FIRST = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
_TIETH = tuple(f"{ten[:-1]}ieth" for ten in TENS)
ORDINALS = (
    {word: place for place, word in enumerate(_FIRST, start=1)}
    | {word: 20 + 10 * place for place, word in enumerate(_TIETH)}
    | {f"{ten} {one}": 20 + 10 * tens + ones for tens, ten in enumerate(TENS)
       for ones, one in enumerate(_FIRST[:9], start=1)}
)  # fmt: skip
_PARTS = {"half": 2, "halves": 2, "quarter": 4} | {
    word: place for word, place in ORDINALS.items() if place in range(3, 11)
}

CJK = "[〇零一二三四五六七八九十百千两兩]+"
_CJK_SIGNS = ("〇零", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九")
_CJK_DIGITS = {sign: value for value, signs in enumerate(_CJK_SIGNS) for sign in signs}
_CJK_POWERS = {"十": 10, "百": 100, "千": 1000}

_WORD = f"(?:{'|'.join((*ONES, *TENS, *_LARGE))})"
_ENGLISH = rf"{_WORD}\b(?:(?:[\s-]|\sand\s)+{_WORD}\b)*"
_PART = rf"(?P<top>an?|{'|'.join(ONES[1:12])})[\s-](?P<bottom>{'|'.join(_PARTS)})s?\b"
SPELT = (
    rf"\b(?=\p{{L}})(?:(?P<fraction>(?:(?P<whole>{_ENGLISH})\sand\s)?{_PART}|half\b(?!\s(?:past|an?|time)\b|-))(?!-)"
    rf"|(?P<nth>(?:(?:{'|'.join(TENS)})[\s-])?(?:{'|'.join(_FIRST)})\b|(?:{'|'.join(_TIETH)})\b)"
    rf"|(?P<english>(?:(?:an?|half a)\s(?=(?:hundred|thousand|million|billion|trillion)\b))?{_ENGLISH})"
    r"|(?P<other>\L<others>)\b)"
)
"""A number in words as a regular expression; `others` are the named list OTHERS."""


def _in_other_languages() -> Iterator[tuple[str, int]]:
    for value, names in _FORMS["number_words"].items():
        yield from ((" ".join(name.split()), int(value)) for name in names.split(","))
    for counting in _FORMS["counting"]:
        ones, tens = counting["ones"].split(), counting["tens"].split()
        for number, ten in enumerate(tens):
            yield ten, 20 + 10 * number
            for joined in counting["joined"]:
                yield from (
                    (joined.format(ten=ten, one=one), 20 + 10 * number + value)
                    for value, one in enumerate(ones, start=1)
                )


NUMBER_WORDS = {word: value for word, value in _in_other_languages() if word not in _FORMS["no_number"]}
"""Of other languages than English, but for what is an article or another word in one of them."""
OTHERS = frozenset(NUMBER_WORDS)
COUNTING = frozenset(
    (
        *ONES,
        *TENS,
        *_LARGE,
        *_FIRST,
        *_TIETH,
        *_PARTS,
        *(f"{part}s" for part in _PARTS),
        *(word.split()[0] for word in OTHERS),
    )
)
"""Words of which a spelt number has one."""


def value(match: "regex.Match[str]") -> float | None:
    """What a match of SPELT is worth; None where it is two numbers side by side, or no such match."""
    if match["fraction"]:
        whole = next(numbers(match["whole"] or ""), 0.0)
        top, bottom = (match["top"] or "one").casefold(), (match["bottom"] or "half").casefold()
        return whole + float(Fraction(1 if top in ("a", "an") else ONES.index(top), _PARTS[bottom]))
    if match["nth"]:
        return float(ORDINALS[regex.sub(r"[\s-]+", " ", match["nth"].casefold())])
    if match["other"]:
        return float(NUMBER_WORDS[match["other"].casefold()])
    said = (match["english"] or "").casefold()
    whole_numbers = list(numbers(said))
    if len(whole_numbers) != 1:
        return None
    return whole_numbers[0] * (0.5 if said.startswith("half a") else 1.0)


def cjk(signs: str) -> float:
    """What Chinese numerals are worth, said digit by digit or with powers of ten."""
    if not set(signs) & _CJK_POWERS.keys():
        return float("".join(str(_CJK_DIGITS[sign]) for sign in signs))
    total, digit = 0, 0
    for sign in signs:
        if sign in _CJK_POWERS:
            total, digit = total + (digit or 1) * _CJK_POWERS[sign], 0
        else:
            digit = _CJK_DIGITS[sign]
    return float(total + digit)
