"""Chunks counted in the encoder's own tokens, so that nothing is cut silently when it is encoded."""

from pathlib import Path

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from services.ingest.ports import header
from services.ingest.settings import IngestSettings
from shared.encoding import tokenizer_of
from shared.settings import EncoderSettings

SPECIAL = 2  # [CLS] and [SEP]
LEAST_BODY = 16


def build(settings: IngestSettings, encoder: EncoderSettings) -> "TokenChunker":
    """A chunker for the configured encoder; raises ValueError where that encoder has no tokenizer file."""
    path = tokenizer_of(encoder)
    if path is None:
        raise ValueError("chunker 'tokens' needs an encoder with a tokenizer: set TILTYARD_INGEST_CHUNKER=words")
    tokenizer = Tokenizer.from_str(Path(path).read_text())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return TokenChunker(tokenizer, settings.chunk_tokens)


class TokenChunker:
    """Splits at the largest boundary that fits (paragraph, sentence, word), semantic-text-splitter's way."""

    def __init__(self, tokenizer: Tokenizer, limit: int) -> None:
        self._tokenizer = tokenizer
        self._limit = limit - SPECIAL
        self._splitters: dict[int, TextSplitter] = {}

    def __call__(self, title: str, date: str, text: str) -> list[str]:
        """Texts of at most the limit in tokens, each opened by the title and the date."""
        head = header(self._shortened(title), date)
        room = self._limit - self.count(head)
        return [head + part for part in self._splitter(room).chunks(text)]

    def count(self, text: str) -> int:
        """Tokens of a text, special ones left out."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _shortened(self, title: str) -> str:
        """A title may take a third of a chunk; the rest of a longer one is dropped from the header."""
        offsets = self._tokenizer.encode(title, add_special_tokens=False).offsets
        most = max(LEAST_BODY, self._limit // 3)
        return title if len(offsets) <= most else title[: offsets[most - 1][1]]

    def _splitter(self, room: int) -> TextSplitter:
        if room not in self._splitters:
            self._splitters[room] = TextSplitter.from_huggingface_tokenizer(self._tokenizer, room)
        return self._splitters[room]
