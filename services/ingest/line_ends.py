"""Words that the lines of a PDF broke, made whole: a page's layout is no part of what was published.

A hyphen between lower-case letters at a line's end belongs to the line or to the word. Hyphenation of lines is by far
the more frequent, so it goes, unless the text itself or the part before it says that the word is a compound.
"""

import regex

_LETTERS = r"[\p{L}\p{M}]"
_BROKEN = regex.compile(rf"((?:{_LETTERS}+[-\u2010])*)({_LETTERS}*\p{{Ll}}\p{{M}}*)[-\u2010] ?\n(\p{{Ll}}{_LETTERS}*)")
_SOFT = regex.compile(r"\u00ad\s*\n\s*")
_WORD = regex.compile(rf"{_LETTERS}+(?:[-\u2010]{_LETTERS}+)*")
_COMPOUNDING = frozenset(
    """all best better cross decision eight ex far fast fine first five four free full good half hard high home hard
    high ill large last late left like long low mid multi nine non north now old once one open part post pro quasi
    real right second self semi set seven short six slow small so south state still ten third three time two
    vice war well wide world year""".split()  # noqa: SIM905
)


def mended(text: str) -> str:
    """The text with each broken word on one line, and with its hyphen where that is a compound's."""
    known = set(_WORD.findall(_BROKEN.sub(" ", text).casefold()))

    def whole(match: "regex.Match[str]") -> str:
        before, first, second = match.groups()
        hyphen = "-" if before or _is_compound(first.casefold(), second, known) else ""
        return f"{before}{first}{hyphen}{second}"

    return str(_BROKEN.sub(whole, _SOFT.sub("", text)))


def _is_compound(first: str, second: str, known: set[str]) -> bool:
    """By how the text writes the word elsewhere, then by its parts."""
    if first + second in known:
        return False
    return f"{first}-{second}" in known or first in _COMPOUNDING or {first, second} <= known
