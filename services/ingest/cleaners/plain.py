"""Plain text: what it says, without what no reader sees."""

import re
import unicodedata


def clean(text: str) -> str:
    """NFC, no control characters but line ends and tabs, at most one empty line in a row."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    visible = "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) != "Cc")
    return re.sub(r"\n{3,}", "\n\n", visible).strip()
