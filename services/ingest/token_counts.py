"""How many of an encoder's tokens a text costs, counted piece by piece where that is the same as counted whole."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from tokenizers import Encoding, Tokenizer

from shared.readable import LONGEST_WORD, readable

REMEMBERED = 16_384
"""Pieces whose costs are kept: a splitter asks for the same words again and again. At most 10 MB."""
_PIECE = re.compile("[\u4e00-\u9fff]|[^ \t\n\r\u4e00-\u9fff]+")
"""What BERT's reading of text separates whatever stands around it: words between blanks, and Chinese characters."""
_BERT = {"model": "WordPiece", "normalizer": "BertNormalizer", "pre_tokenizer": "BertPreTokenizer"}


class TokenCount:
    """Tokens of a text as the encoder reads it, special ones left out, unknown ones by their characters.

    It knows nothing of the splitter that calls it: a cycle through a splitter, which is not Python's, is never freed.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._unknown: int | None = tokenizer.token_to_id("[UNK]")
        self._by_pieces = adds_up(tokenizer)
        self._of_piece = lru_cache(REMEMBERED)(self.whole)

    def __call__(self, text: str) -> int:
        read = readable(text)
        if not self._by_pieces:
            return self.whole(read)
        return sum(
            self._of_piece(piece) if len(piece) <= LONGEST_WORD else self.whole(piece) for piece in _PIECE.findall(read)
        )

    def whole(self, text: str) -> int:
        """As one text that is readable already."""
        encoding = self.encoded(text)
        return len(encoding.ids) if self._unknown not in encoding.ids else sum(self.costs(encoding))

    def encoded(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def costs(self, encoding: Encoding) -> Iterator[int]:
        """Of each token."""
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            yield end - start if token == self._unknown else 1


def adds_up(tokenizer: Tokenizer) -> bool:
    """Whether the pieces of a text cost together what it costs whole: WordPiece that reads text as BERT does."""
    made = json.loads(tokenizer.to_str())
    added = made["added_tokens"]
    return (
        all((made[part] or {}).get("type") == kind for part, kind in _BERT.items())
        and made["normalizer"]["handle_chinese_chars"]
        and not any(token["single_word"] or re.search(r"\s", token["content"]) for token in added)
    )
