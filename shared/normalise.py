"""How texts are made comparable: the two ways of published numbers, and words as people write them.

`words` and what is built on it serve the measures and the search alike, so that a passage is found by what an answer
is held to be right by. Stored texts stay as they were published; only what is compared is changed here.
"""

import re
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex  # its \w holds combining marks, which are the vowels of many scripts

VERSION = "2"
"""Of `words`, `spellings` and `occurs`: part of the versions of measures and of the key of an index on disk."""
_DELETED = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")

# What is changed in all texts
_THOUSANDS = regex.compile(
    r"(?<![\d.,])(?!0)(?:"
    r"\d{1,3}(?:([,'\u2019\u00a0\u2007\u2009\u202f\u066c\uff0c])\d{3})(?:\1\d{3})*+"  # 1,000 and 1'000
    r"|\d{1,3}(?:\.\d{3}){2,}|\d{1,2}(?:,\d{2})+,\d{3})(?!\d)"  # 1.000.000 and 10,00,000
)
_SPACED_THOUSANDS = regex.compile(r"(?<![\d.,])(?!0)\d{1,3}(?: \d{3})+(?!\d)")
_LETTER = r"\p{L}\p{M}*"
_INITIALS = regex.compile(  # the dots inside U.S., a.m., J.K.Rowling, J. K. Rowling; never of 3.5, never the last
    rf"(?<=(?<!\w){_LETTER})\.(?={_LETTER}(?!\w))|(?<=(?<![\w.]){_LETTER})\. (?={_LETTER}\.(?!\w))"
)
_SIGNS = regex.compile(r"((?<=(?<!\w)\p{L})(?:\+\+(?!\p{L})|[+#](?![\w+#])))|[+#]")  # kept in C++, C#, A+

# What is changed in texts with letters beyond ASCII
_UNSEEN = regex.compile(r"\u00ad\s*\n\s*|\p{Cf}")
_STYLE = re.compile("[\u034f\u0488\u0489\u0640\u180b-\u180d\u20dd-\u20e4\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_APART = regex.compile(r"[\u00b4\u2120\u2122]|(?<=\d)(?=\p{No})")  # trade marks; a raised 2 or a half behind a number
_UNWRITTEN = regex.compile(  # stress in Cyrillic, the sign of Hebrew acronyms, stray marks
    r"(?<=\p{Cyrillic})[\u0300\u0301]|(?<=\p{Hebrew})[\"\u201d\u05f4](?=\p{Hebrew})|(?<!\w)\p{M}+"
)
_FOREIGN_DIGIT = regex.compile(r"[^\P{Nd}0-9]")
_POINT = (  # of Hebrew, Arabic and Syriac
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08d3-\u08ff]"
)
_POINTS = re.compile(f"{_POINT}+")
_POINTED_LETTER = regex.compile(rf"\w{_POINT}*")

_NUMBER = r"\d+(?:[.,:]\d+)+"
_WORD = regex.compile(rf"{_NUMBER}|[\p{{L}}\p{{N}}\p{{M}}+#_]+")  # "_": a joint
_LATIN_WORD = re.compile(rf"{_NUMBER}|[\w+#]+")  # the same for texts without combining marks, and quicker
_BEYOND_LATIN = re.compile("[^\x00-\u024f\u2010-\u2027]")
_DATE = re.compile(r"\d+(?:[.:]\d+){2,}")
_HYPHEN = r"[-\u2010\u05be](?:[ \t]*\r?\n[ \t]*)?"
_JOINTS = regex.compile(  # between letters, or a letter and a digit
    rf"(?<=[^\W\d]){_HYPHEN}(?=[\w])|(?<=\d){_HYPHEN}(?=[^\W\d])|(?<=[^\W\d])&(?=[^\W\d])"
)
_HIDDEN_JOINTS = regex.compile(r"(?<=\w)\u200b(?=\w)|(?<=\p{Arabic})\u200c(?=\p{Arabic})")


def realtimeqa(text: str) -> str:
    """Lower-case, ASCII punctuation deleted, spaces collapsed, articles kept.

    Source: RealTime QA (Kasai et al. 2022), the authors' evaluation; its published scores are reproduced by it.
    """
    return " ".join(text.lower().translate(_DELETED).split())


def squad(text: str) -> str:
    """As `realtimeqa`, and the words a, an, the removed. Source: SQuAD (Rajpurkar et al. 2016), evaluate-v1.1.py."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_DELETED)).split())


@lru_cache(maxsize=64)  # several measures read the same answer, each against several references
def words(text: str) -> str:
    """Words of any script, separated by single spaces, for finding a phrase inside a text.

    Unicode compatibility form, case folded, without what nobody sees; initials are joined (U.S. is us), thousands too
    (1,000 and 1'000 are 1000), and a number stays one word (5 is not found in 3.5). A word keeps its combining marks,
    but for the points of Arabic and Hebrew. Scripts that write no spaces give one word a run.
    """
    return _bare(_pointed(text))


def spellings(text: str) -> list[str]:
    """Other ways in which somebody may write words of the text, each once, for a search: none of `words` itself.

    Of "e-mail" it is email, of "capabili-" and "ties" at a line's end capabilities, of 12.05.2024 its three parts, of
    1 000 it is 1000; of words that a zero-width space parts, the parts.
    """
    folded = _bare(_folded(text if text.isascii() else _HIDDEN_JOINTS.sub("-", text)))
    written = dict.fromkeys([*_of_compounds(folded), *_of_numbers(folded)])
    return list(written.keys() - set(words(text).split())) if written else []


def occurs(phrase: str, text: str) -> bool:
    """Whether the phrase's words stand in the text, next to each other; a phrase without words never does.

    Compounds may be written in one, with a hyphen or apart. People leave out the points of Arabic and Hebrew: they
    count where both have some on a letter, and never on a word's last letter, where they are grammar.
    """
    return any(_stands(read(phrase), read(text)) for read in (_pointed, _joined))


@lru_cache(maxsize=64)
def _pointed(text: str) -> str:
    """`words` that keep the points of Arabic and Hebrew."""
    return " ".join(_split(_folded(text)))


@lru_cache(maxsize=64)
def _joined(text: str) -> str:
    """As `_pointed`, with compounds as one word and 1 000 as 1000."""
    return " ".join(_split(_SPACED_THOUSANDS.sub(_digits, _JOINTS.sub("", _folded(text)))))


@lru_cache(maxsize=4)
def _folded(text: str) -> str:
    """A text with its separators, in which other ways of writing the same letters and numbers have become one."""
    folded = _THOUSANDS.sub(_digits, text.replace("_", " "))
    if not folded.isascii():
        folded = _folded_beyond_latin(folded) if _BEYOND_LATIN.search(folded) else _folded_latin(folded)
    return str(_SIGNS.sub(r"\1 ", _INITIALS.sub("", folded.casefold())))


def _folded_latin(text: str) -> str:
    """Case folding as Unicode's NFKC_Casefold."""
    plain = unicodedata.normalize("NFKC", _APART.sub(" ", _UNSEEN.sub("", text)))
    return unicodedata.normalize("NFKC", plain.casefold()).replace("i\u0307", "i")


def _folded_beyond_latin(text: str) -> str:
    """The same, and what is written in some texts and left out in others."""
    folded = _folded_latin(_STYLE.sub("", text)).replace("\u02bb", "'").replace("\u02bc", "'").replace("\u066b", ".")
    return str(
        _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], digit[0])), _UNWRITTEN.sub("", folded))
    )


def _split(folded: str) -> list[str]:
    return (_WORD if _BEYOND_LATIN.search(folded) else _LATIN_WORD).findall(folded)


def _bare(text: str) -> str:
    """A text without the points of Arabic and Hebrew."""
    return text if text.isascii() else _POINTS.sub("", text)


def _digits(number: "regex.Match[str]") -> str:
    return "".join(filter(str.isdecimal, number[0]))


def _of_compounds(folded: str) -> Iterator[str]:
    with_joints = " ".join(part for part in _JOINTS.sub("_", folded).split() if "_" in part)
    for compound in (word for word in _split(with_joints) if "_" in word):
        yield compound.replace("_", "")
        yield from compound.split("_")


def _of_numbers(folded: str) -> Iterator[str]:
    for date in _DATE.findall(folded):
        yield from re.split("[.:]", date)
    yield from map(_digits, _SPACED_THOUSANDS.finditer(folded))


def _stands(phrase: str, text: str) -> bool:
    """Whether words stand among words, both with their points."""
    bare, bare_text = _bare(phrase), _bare(text)
    if not bare or f" {bare} " not in f" {bare_text} ":
        return False
    if phrase == bare or text == bare_text:
        return True
    wanted, there = phrase.split(), text.split()
    places = range(len(there) - len(wanted) + 1)
    return any(all(map(_agree, wanted, there[place : place + len(wanted)])) for place in places)


def _agree(first: str, second: str) -> bool:
    """Whether two words with points may be the same word."""
    if _bare(first) != _bare(second):
        return False
    pairs = list(zip(_POINTED_LETTER.findall(first), _POINTED_LETTER.findall(second), strict=True))
    return all(set(ours) <= set(theirs) or set(theirs) <= set(ours) for ours, theirs in pairs[:-1])
