"""Text as a WordPiece tokenizer reads it: what has no space for more than 100 characters is one unknown token to it."""

import re

LONGEST_WORD = 100
_RUN = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")


def readable(text: str) -> str:
    """The text with a space after every 100 characters that have none: otherwise no vector says what stands there."""
    return _RUN.sub(r"\1 ", text)
