"""Ways of writing that tell nothing apart: British and American, umlauts and their two letters, Arabic letters."""

import tomllib
from functools import lru_cache
from pathlib import Path

import regex

_FORMS = tomllib.loads((Path(__file__).parent / "forms.toml").read_text(encoding="utf-8"))
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss"})
_ARABIC = str.maketrans(_FORMS["arabic_alike"])
_BRITISH = (
    (regex.compile(r"(?<=\w{2})our(?=s?$|ed|ing|ite|able|ful|ist)"), "or"),
    (regex.compile(r"(?<=\w\w[tb])re(?=s?$)"), "er"),
    (regex.compile(r"(?<=\w{3})is(?=(?:e[sdr]?|ing|ations?)$)"), "iz"),
    (regex.compile(r"(?<=\w\wy)s(?=(?:e[sd]?|ing)$)"), "z"),
    (regex.compile(r"(?<=og)ue(?=s?$)"), ""),
    (regex.compile(r"(?<=\w{4}l)l(?=(?:ed|ing|ers?)$)"), ""),
    (regex.compile(r"(?<=\w\wen)c(?=es?$)"), "s"),
    (regex.compile(r"(?<=^(?:p)?)ae(?=\w{4})|(?<=^(?:an|h|arch))ae"), "e"),
    (regex.compile(r"^grey"), "gray"),
    (regex.compile(r"^programme(?=s?$)"), "program"),
    (regex.compile(r"(?<=^alumin)i(?=um$)"), ""),
)


def alike(folded: str, other: str) -> bool:
    """Whether two folded words are spellings of one."""
    if folded.isascii() and other.isascii():
        return abs(len(folded) - len(other)) <= 2 and min(len(folded), len(other)) > 3 and _us(folded) == _us(other)
    if _without_umlauts(folded) == _without_umlauts(other):
        return True
    return arabic(folded) == arabic(other)


@lru_cache(maxsize=8_192)
def _us(word: str) -> str:
    for pattern, instead in _BRITISH:
        word = pattern.sub(instead, word)
    return word


def _without_umlauts(word: str) -> str:
    return word.translate(_UMLAUTS)


def arabic(word: str) -> str:
    """Letters as they are written without care: with and without hamza, dots and tails."""
    return word.translate(_ARABIC)
