"""Any sentence-transformers model, by folder or name; by default the all-MiniLM-L6-v2 that a package ships."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import numpy as np

from shared.models import sentences
from shared.readable import readable
from shared.settings import EncoderSettings
from shared.stored import Vector

AT_ONCE = 8  # at most, of texts in one pass of one thread: so few that their lengths are alike


class TransformerEncoder:
    """A loaded model; inputs longer than it reads are cut, which the chunker prevents.

    Texts go through the model in passes of one thread each, side by side: no thread waits for another. Two threads in
    one pass meet a hundred times in it, and each time the one that sleeps must be woken: for a text that comes alone
    that costs more than the second thread gains.
    """

    def __init__(self, name: str, model: Any, threads: int) -> None:
        self.name = name
        self.dimensions = int(model.get_embedding_dimension())
        self.max_tokens: int | None = model.max_seq_length
        self._model = model
        self._threads = threads
        self._workers = _workers(threads)

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        rounds = ceil(len(texts) / (AT_ONCE * self._threads))
        size = ceil(len(texts) / (rounds * self._threads))  # so that all threads end together
        portions = [longest_first[start : start + size] for start in range(0, len(texts), size)]
        passes = self._workers.map(self._pass, [[texts[place] for place in portion] for portion in portions])
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for portion, encoded in zip(portions, passes, strict=True):
            vectors[portion] = encoded
        return vectors

    def encode_tokens(self, text: str) -> Vector:
        """The last layer's vectors; what the tokenizer adds around a text ([CLS], [SEP]) is left out."""
        return self._workers.submit(self._pass_of_tokens, text).result()

    def _pass_of_tokens(self, text: str) -> Vector:
        (output,) = self._model.encode([readable(text)], output_value=None, show_progress_bar=False)
        ids = output["input_ids"].tolist()
        added = self._model.tokenizer.get_special_tokens_mask(ids, already_has_special_tokens=True)
        raw = output["token_embeddings"].float().cpu().numpy()[np.array(added) == 0]
        vectors: Vector = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)
        return vectors

    def _pass(self, texts: Sequence[str]) -> Vector:
        vectors: Vector = self._model.encode(
            list(map(readable, texts)), batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
        ).astype(np.float32)
        return vectors


def _workers(count: int) -> ThreadPoolExecutor:
    """Threads in which torch starts none of its own: OpenMP keeps that number for each thread that calls it."""
    import torch

    return ThreadPoolExecutor(count, "encoder", initializer=torch.set_num_threads, initargs=(1,))


def build(settings: EncoderSettings) -> TransformerEncoder:
    """Load the model; nothing is downloaded and no code of the model's is run."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin between two calls starve everyone else
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        sentences.location(settings.model),
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True},
    ).eval()
    encoder = TransformerEncoder(name_of(settings), model, settings.threads)
    encoder.encode(["the first call takes a second"])
    return encoder


def name_of(settings: EncoderSettings) -> str:
    """The last part of the model's name or folder."""
    return sentences.name(settings.model)


def tokenizer_of(settings: EncoderSettings) -> str:
    """The model's `tokenizer.json`; raises ValueError where the folder has none."""
    return sentences.tokenizer(settings.model)
