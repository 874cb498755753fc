"""Plain text: what it says, without what no reader sees."""

import re
import unicodedata

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def clean(text: str) -> str:
    """NFC, no control characters but line ends and tabs, at most one empty line in a row.

    What begins a new page, line or part is a line end: the words around it do not join.
    """
    normal = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    visible = "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) != "Cc")
    return re.sub(r"\n{3,}", "\n\n", visible).strip()
