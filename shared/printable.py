"""Text of strangers made fit to be shown: nothing in it that a terminal obeys or that changes the order of reading."""

import re

_ORDERS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and line feed: cursor, colours, window titles (OSC)
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides and isolates (Unicode UAX 9)
    "\ud800-\udfff"  # surrogates, which cannot be written
    "\U000e0000-\U000e007f"  # tags, which are invisible
)
_OBEYED = re.compile(f"[{_ORDERS}]")


def printable(text: str) -> str:
    """The text with U+FFFD in the place of each such character; line feeds and tabs stay."""
    return _OBEYED.sub("\ufffd", text)


def escaped(json: str) -> str:
    """A JSON document in which such characters are escaped; they stand in its strings alone, so it says the same."""
    return _OBEYED.sub(lambda letter: _as_utf16(letter[0]), json)


def _as_utf16(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
