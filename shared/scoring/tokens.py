"""An answer as its words and signs, with what tells them apart: capitals, signs that belong to a word, their places.

Compatibility forms become one (Unicode NFKC), digits of every script ASCII, mark-up and marks of citation go. Scripts
without spaces give one token a character, so that a phrase is found in them as one of several words is.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import regex

from shared.scoring.spelling import alike

_MARKUP = regex.compile(
    r"\\(?:boxed|text|textbf|mathrm|mathbf)\{([^{}]*)\}|\\[()\[\]]|\\(?=[%$&#])"
    r"|</?(?:b|i|em|strong|p|br|u|code|span)\s?/?>"
    r"|\*\*|__|`+|(?<=\s|^)[*_](?=\w)|(?<=\w)[*_](?=\W|$)|(?m:^\s*#+ )"
)
_FORMULA = regex.compile(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}")
_DOLLARS = regex.compile(r"\$([^\s$](?:[^$]{0,60}?[^\s$])?)\$(?!\d)")
_CITATION = regex.compile(r"\s?\[\d{1,3}(?:\s?[,;]\s?\d{1,3})*\]")
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2212": "-",
                         "\u2010": "-", "\u2011": "-", "\u00ab": '"', "\u00bb": '"', "\u201e": '"'})  # fmt: skip
_BULLET = regex.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_DASHED = regex.compile(r"(?<=\p{L})\u2013(?=\p{L})")
_HIDDEN = regex.compile(r"[\p{Cf}\u034f\ufe00-\ufe0f\u0640]")
_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_TOKEN = regex.compile(
    r"(?P<number>\d+(?:[.,:'\u00a0\u202f\u2009]\d+)*)"
    r"|(?P<initials>(?<!\w)\p{L}\.(?:\s?\p{L}\.)*(?=\s|\p{Lu}|[,;:!?)]|$|-))"
    rf"|(?P<sign>{_SPACELESS}\p{{M}}*)"
    r"|(?P<clitic>(?<=\w)'s\b)"
    r"|(?P<contracted>\b\p{L}+n't\b)"
    rf"|(?P<word>(?:(?!{_SPACELESS})[\p{{L}}\p{{M}}\p{{N}}])+(?:\+\+|(?<=\b\p{{L}})[+#])?)"
    r"|(?P<stop>\n+|\.{2,}|[^\s\w]|_)"
)
_POINTS = regex.compile(r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
_PLAIN = str.maketrans({"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u00e6": "ae", "\u0153": "oe", "\u0131": "i",
                        "\u00f0": "d", "\u00fe": "th", "\u0451": "\u0435"})  # fmt: skip
_LATIN_MARK = regex.compile(r"(?<=[a-z\p{Greek}])\p{Mn}+")


class Token(NamedTuple):
    """A word, number or sign: as written, folded, and folded without accents."""

    raw: str
    folded: str
    plain: str
    kind: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.kind not in ("stop", "clitic")

    @property
    def capital(self) -> bool:
        return self.raw[:1].isupper()

    @property
    def shouted(self) -> bool:
        """All of its letters, at least two, are capitals."""
        return self.raw.isupper() and sum(map(str.isalpha, self.raw)) > 1

    def same(self, other: "Token") -> bool:
        """Letter for letter, but that one of the two may leave accents out."""
        if self.folded == other.folded:
            return True
        if self.plain == other.plain and (self.folded == self.plain or other.folded == other.plain):
            return True
        return self.plain[:1] == other.plain[:1] and alike(self.folded, other.folded)


@dataclass(frozen=True)
class Spoken:
    """A text that has been split; `text` is what the places of tokens point into."""

    text: str
    tokens: Sequence[Token]

    @cached_property
    def words(self) -> int:
        """How many words; three characters of a script without spaces count as one."""
        signs = sum(token.kind == "sign" for token in self.tokens)
        return sum(token.is_word for token in self.tokens) - signs + (signs + 2) // 3

    @cached_property
    def folded(self) -> frozenset[str]:
        return frozenset(token.folded for token in self.tokens)

    @cached_property
    def mixed(self) -> bool:
        """Whether capitals say something: there are words with a small first letter and not all are capitals."""
        return any(token.kind == "word" and token.raw[0].islower() for token in self.tokens)

    def at(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None


@lru_cache(maxsize=1_024)
def cleaned(text: str) -> str:
    """The text in which tokens have their places."""
    if len(_BULLET.findall(text)) > 1:
        text = _BULLET.sub("; ", text)
    if text.isascii() and not any(mark in text for mark in "*_`\\[#<$"):
        return text.strip()
    shown = _MARKUP.sub(_bare, _DOLLARS.sub(r"\1", _FORMULA.sub(r"\1/\2", text)))
    shown = _MARKUP.sub(_bare, shown) if "\\" in shown else shown
    shown = _DASHED.sub("-", shown)
    shown = _HIDDEN.sub("", unicodedata.normalize("NFKC", _CITATION.sub("", shown))).translate(_QUOTES)
    return "".join(map(_ascii_digit, shown)).strip()


def _bare(markup: "regex.Match[str]") -> str:
    return markup[1] or ""


@lru_cache(maxsize=1_024)
def spoken(text: str) -> Spoken:
    """Split a text, cleaned or not."""
    shown = cleaned(text)
    return Spoken(shown, tuple(_token(match) for match in _TOKEN.finditer(shown)))


def _token(match: "regex.Match[str]") -> Token:
    raw, kind = match[0], str(match.lastgroup)
    if kind == "initials":
        raw, kind = "".join(filter(str.isalnum, raw)), "initials"
    folded = raw.casefold()
    if folded.isascii():
        return Token(raw, folded, folded, kind, match.start(), match.end())
    folded = _POINTS.sub("", folded)
    bare = _LATIN_MARK.sub("", unicodedata.normalize("NFD", folded))
    plain = unicodedata.normalize("NFC", bare).translate(_PLAIN)
    return Token(raw, unicodedata.normalize("NFC", folded), plain, kind, match.start(), match.end())


def _ascii_digit(sign: str) -> str:
    return sign if sign.isascii() or not sign.isdecimal() else str(unicodedata.decimal(sign))
