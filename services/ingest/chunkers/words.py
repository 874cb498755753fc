"""Chunks counted in words: for encoders without a tokenizer, and for pipelines that need nothing."""

from services.ingest.ports import Chunker, header
from services.ingest.settings import IngestSettings
from shared.settings import EncoderSettings


def build(settings: IngestSettings, _: EncoderSettings) -> Chunker:
    """A chunker of at most `chunk_tokens` words, title and date included where they leave room."""

    def chunk(title: str, date: str, text: str) -> list[str]:
        head = header(" ".join(title.split()[: settings.chunk_tokens // 3]), date)
        words = text.split()
        size = max(1, settings.chunk_tokens - len(head.split()))
        return [head + " ".join(words[start : start + size]) for start in range(0, len(words), size)]

    return chunk
