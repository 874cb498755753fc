"""Hashed bags of words: needs no model, understands nothing, and is the same on every machine.

Feature hashing with a sign (Weinberger et al. 2009); texts that share words are near each other, which is
enough to run a whole pipeline in memory.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from shared.settings import EncoderSettings
from shared.stored import Vector


class HashingEncoder:
    """Encodes words and nothing else, however many."""

    max_tokens = None

    def __init__(self, dimensions: int) -> None:
        self.name = f"hashing-{dimensions}"
        self.dimensions = dimensions

    def encode_tokens(self, text: str) -> Vector:
        """A word is a token, and has no context."""
        return self.encode(re.findall(r"\w+", text))

    def encode(self, texts: Sequence[str]) -> Vector:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [text]:
                number = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
                vector[number % self.dimensions] += 1.0 if number >> 63 else -1.0
            vector[0] += 1e-3  # words that cancel out must not leave a zero vector
        unit: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def build(settings: EncoderSettings) -> HashingEncoder:
    """An encoder of the configured dimensions."""
    return HashingEncoder(settings.dimensions)


def name_of(settings: EncoderSettings) -> str:
    return f"hashing-{settings.dimensions}"


def tokenizer_of(_: EncoderSettings) -> None:
    """Words are its tokens."""
