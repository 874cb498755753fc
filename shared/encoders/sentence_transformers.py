"""Any sentence-transformers model, by folder or name; by default the all-MiniLM-L6-v2 that a package ships."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.models import sentences
from shared.settings import EncoderSettings
from shared.stored import Vector

BATCH = 32


class TransformerEncoder:
    """A loaded model; inputs longer than it reads are cut, which the chunker prevents."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self.dimensions = int(model.get_embedding_dimension())
        self.max_tokens: int | None = model.max_seq_length
        self._model = model

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors: Vector = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        ).astype(np.float32)
        return vectors


def build(settings: EncoderSettings) -> TransformerEncoder:
    """Load the model; nothing is downloaded and no code of the model's is run."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin between two calls starve everyone else
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.threads)
    model = SentenceTransformer(
        sentences.location(settings.model), trust_remote_code=False, model_kwargs={"use_safetensors": True}
    ).eval()
    encoder = TransformerEncoder(name_of(settings), model)
    encoder.encode(["the first call takes a second"])
    return encoder


def name_of(settings: EncoderSettings) -> str:
    """The last part of the model's name or folder."""
    return sentences.name(settings.model)


def tokenizer_of(settings: EncoderSettings) -> str:
    """The model's `tokenizer.json`; raises ValueError where the folder has none."""
    return sentences.tokenizer(settings.model)
