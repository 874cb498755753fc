"""Chunks counted in the encoder's own tokens, so that nothing is cut silently when it is encoded."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from services.ingest.ports import header
from services.ingest.settings import IngestSettings
from services.ingest.token_counts import TokenCount
from shared.encoding import tokenizer_of
from shared.readable import readable
from shared.settings import EncoderSettings

SPECIAL = 2  # [CLS] and [SEP]
LEAST_BODY = 16
CHARACTERS = 20
"""Most characters for each token: of English a token has four, of blanks and invisible characters it has any number."""
LONGEST_RUN, LONGEST_SENTENCE, LONGEST_PARAGRAPH = 1_000, 10_000, 30_000
"""Characters without a space, without a mark or a line's end, and without a line's end between them."""
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
_MARKS = ".!?\u3002\uff01\uff1f\uff0e\u2026\u0964\u0965\u061f\u06d4\u104a\u104b\u17d4\u104f"
"""Of Latin, Chinese, Indic, Arabic, Burmese and Khmer script."""
_PARAGRAPH = re.compile(r"[^\n\r]+")
_MARK, _SENTENCE = re.compile(f"[{_MARKS}]"), re.compile(rf"[^{_MARKS}\n\r]+")


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
    """Splits at the largest boundary that fits (paragraph, sentence, word), semantic-text-splitter's way.

    Text without spaces is cut at its sentence marks first, text without marks at its spaces, and a paragraph without
    end at its marks, since the splitter's time grows with the square of each. A word that the encoder does not know
    costs a token for each character, as in scripts that it cannot read.
    """

    def __init__(self, tokenizer: Tokenizer, limit: int) -> None:
        self.count = TokenCount(tokenizer)
        self._limit = limit - SPECIAL
        self._splitters: dict[int, TextSplitter] = {}

    def __call__(self, title: str, date: str, text: str) -> list[str]:
        """Texts of at most the limit in tokens and CHARACTERS times that, each opened by the title and the date."""
        head = header(self._shortened(title), date)
        room = self._limit - self.count(head)
        short = (passage for paragraph in paragraphs(text) for passage in passages(paragraph))
        pieces = (section for passage in short for section in sections(passage, room))
        parts = (part for section in pieces for part in self._splitter(room).chunks(section))
        most = CHARACTERS * self._limit
        return [head + part[start : start + most] for part in parts for start in range(0, len(part), most)]

    def _shortened(self, title: str) -> str:
        """A title may take a third of a chunk; the rest of a longer one is dropped from the header."""
        most = max(LEAST_BODY, self._limit // 3)
        text = readable(title)[: CHARACTERS * most]
        encoding = self.count.encoded(text)
        fitting = sum(total <= most for total in itertools.accumulate(self.count.costs(encoding)))
        if fitting == len(encoding.ids):
            return text
        return text[: encoding.offsets[fitting - 1][1]] if fitting else text[:most]

    def _splitter(self, room: int) -> TextSplitter:
        if room not in self._splitters:
            self._splitters[room] = TextSplitter.from_callback(self.count, room)
        return self._splitters[room]


def paragraphs(text: str) -> Iterator[str]:
    """The text cut where LONGEST_PARAGRAPH characters have no line's end between them, at the last mark there."""

    def end(at: int) -> int:
        mark = max(text.rfind(mark, at, at + LONGEST_PARAGRAPH) for mark in _MARKS)
        space = text.rfind(" ", at + 1, at + LONGEST_PARAGRAPH)
        return mark + 1 if mark > at else space if space > at else at + LONGEST_PARAGRAPH

    return _cut(text, _PARAGRAPH, LONGEST_PARAGRAPH, end)


def passages(text: str) -> Iterator[str]:
    """The text cut where LONGEST_SENTENCE characters have no mark between them, at the last space there."""

    def end(at: int) -> int:
        space = text.rfind(" ", at + 1, at + LONGEST_SENTENCE)
        return space if space > at else at + LONGEST_SENTENCE

    return _cut(text, _SENTENCE, LONGEST_SENTENCE, end)


def sections(text: str, room: int) -> Iterator[str]:
    """The text cut where LONGEST_RUN characters have no space between them, at the last sentence mark there.

    Without one it is cut into `room` characters, which are at most as many tokens.
    """

    def end(at: int) -> int:
        marks = list(_MARK.finditer(text, at, at + LONGEST_RUN))
        return marks[-1].end() if marks else at + room

    return _cut(text, _RUN, LONGEST_RUN, end)


def _cut(text: str, stretch: re.Pattern[str], longest: int, end: Callable[[int], int]) -> Iterator[str]:
    """The text in parts that follow each other. It is whole but for stretches that are too long: `end` cuts them."""
    start = 0
    for match in stretch.finditer(text):
        at = match.start()
        while match.end() - at > longest:
            at = end(at)
            yield text[start:at]
            start = at
    yield text[start:]
