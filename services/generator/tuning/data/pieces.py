"""Cutting a long text into pieces of whole sentences."""

from services.generator import evidence


def pieces(text: str, words: int) -> list[str]:
    """Pieces of at most `words` words, in order and nothing lost; a text that fits stays as it is.

    Sentences of one piece are joined by spaces; only a sentence that is longer alone is cut within.
    """
    if len(text.split()) <= words:
        return [text.strip()] if text.strip() else []
    made: list[list[str]] = [[]]
    for sentence in evidence.sentences(text):
        parts = sentence.split()
        if made[-1] and len(made[-1]) + len(parts) > words:
            made.append([])
        made[-1] += parts
    return [" ".join(piece[start : start + words]) for piece in made for start in range(0, len(piece), words)]
