"""Cutting a long text into pieces of whole sentences."""

from services.generator import evidence


def pieces(text: str, words: int) -> list[str]:
    """Pieces of at most `words` words, in order and nothing lost; a text that fits stays as it is.

    Sentences of one piece are joined by spaces; only a sentence that is longer alone is cut within.
    """
    if len(text.split()) <= words:
        return [text.strip()] if text.strip() else []
    groups: list[list[str]] = [[]]
    for sentence in evidence.sentences(text):
        parts = sentence.split()
        if groups[-1] and len(groups[-1]) + len(parts) > words:
            groups.append([])
        groups[-1] += parts
    return [" ".join(piece[start : start + words]) for piece in groups for start in range(0, len(piece), words)]
