"""Reasons that differ in ids and numbers alone are one: what they have in common."""

import re

ANY = "…"
"""In the place of what differs."""
_DIFFERS = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # a UUID
    r"|'[^']*'|\"[^\"]*\""  # what is quoted
    r"|\b\w*\d\w*\b"  # a number, a hash, a name with a number in it
)
_SEVERAL = re.compile(rf"{ANY}(?:[.,:@/+-]{ANY})+")


def pattern_of(reason: str) -> str:
    """The reason with an ellipsis for each id, number and quoted text."""
    return _SEVERAL.sub(ANY, _DIFFERS.sub(ANY, reason))
