"""A remote encoder that speaks the OpenAI embeddings protocol (OpenAI, vLLM, text-embeddings-inference, llama.cpp).

What it gives is scaled to unit length here. A server that is away for a moment is asked again, bounded; a text that
it refuses is buried and not asked for again. No message of an error repeats a text.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openai

from shared import openai_server
from shared.access import UnreachableError
from shared.masking import masked
from shared.records import InvalidMessageError
from shared.settings import EncoderSettings
from shared.stored import Vector


class RemoteEncoder:
    """A model on a server; `dimensions` are those of its first answer. How much it reads, the protocol does not say."""

    max_tokens = None

    def __init__(self, client: openai.OpenAI, settings: EncoderSettings) -> None:
        self.name = name_of(settings)
        self.dimensions = 0
        self._client = client
        self._model = settings.model
        self._batch = settings.batch
        self.dimensions = self.encode(["how many dimensions?"]).shape[1]

    def encode(self, texts: Sequence[str]) -> Vector:
        parts = [self._asked(texts[start : start + self._batch]) for start in range(0, len(texts), self._batch)]
        return _unit(np.concatenate(parts)) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def _asked(self, texts: Sequence[str]) -> Vector:
        """One request; the protocol knows no empty text, and its answers carry their places."""
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=[text or " " for text in texts], encoding_format="float"
            )
        except openai.APIStatusError as error:
            if error.status_code in openai_server.REFUSED:
                raise InvalidMessageError(f"encoder: the server refuses a text ({error.status_code})") from error
            raise
        vectors = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
        if (
            len(vectors) != len(texts)
            or len(set(map(len, vectors))) != 1
            or self.dimensions not in (0, len(vectors[0]))
        ):
            raise RuntimeError(
                f"the encoder gave {_shape(vectors)} for {len(texts)} texts of {self.dimensions} dimensions"
            )
        return np.array(vectors, dtype=np.float32)


def build(settings: EncoderSettings) -> RemoteEncoder:
    """A client that has had one answer.

    Raises ValueError where no server or model is named or the server refuses the key or the model, UnreachableError
    where nothing answers.
    """
    client = openai_server.client(settings, who="encoder", prefix="ENCODER")
    try:
        return RemoteEncoder(client, settings)
    except openai.APIConnectionError as error:
        raise UnreachableError(
            f"no encoder answers at {masked(settings.url)}: start it or set TILTYARD_ENCODER_URL."
        ) from error
    except openai.APIStatusError as error:
        raise ValueError(
            f"the encoder at {masked(settings.url)} refuses {settings.model!r} ({error.status_code})"
        ) from error


def name_of(settings: EncoderSettings) -> str:
    """The last part of the model's name, and that a server runs it: its vectors need not be those made here."""
    return f"{Path(settings.model).name}-openai"


def tokenizer_of(settings: EncoderSettings) -> str | None:
    """The tokenizer file that the settings name; raises ValueError where it is not there."""
    if settings.tokenizer and not Path(settings.tokenizer).is_file():
        raise ValueError(f"no file {settings.tokenizer}: TILTYARD_ENCODER_TOKENIZER must name a tokenizer.json")
    return settings.tokenizer or None


def _unit(vectors: Vector) -> Vector:
    """Raises InvalidMessageError where a vector has no direction."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise InvalidMessageError("encoder: the server gave a zero or endless vector, which cosine cannot compare")
    unit: Vector = vectors / norms
    return unit


def _shape(vectors: Sequence[Sequence[float]]) -> str:
    return f"{len(vectors)} vectors of {sorted(set(map(len, vectors)))} dimensions"
