"""Chunks counted in words: for encoders without a tokenizer, and for pipelines that need nothing."""

from collections.abc import Iterator

from services.ingest.ports import Chunker, header
from services.ingest.settings import IngestSettings
from shared.readable import readable
from shared.settings import EncoderSettings

CHARACTERS = 20
"""Most characters of one word; a longer one counts as several, and text without spaces is one long word."""


def build(settings: IngestSettings, _: EncoderSettings) -> Chunker:
    """A chunker of at most `chunk_tokens` words, title and date included where they leave room."""

    def chunk(title: str, date: str, text: str) -> list[str]:
        head = header(next(portions(title, settings.chunk_tokens // 3), ""), date)
        room = max(1, settings.chunk_tokens - sum(map(size, head.split())))
        return [head + part for part in portions(text, room)]

    return chunk


def portions(text: str, most: int) -> Iterator[str]:
    """The text in parts of at most `most` words, or of one that is longer."""
    part: list[str] = []
    used = 0
    for word in readable(text).split():
        used += (needed := size(word))
        if part and used > most:
            yield " ".join(part)
            part, used = [], needed
        part.append(word)
    if part:
        yield " ".join(part)


def size(word: str) -> int:
    """How many words it counts as."""
    return -(-len(word) // CHARACTERS)
