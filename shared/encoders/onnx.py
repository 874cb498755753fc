"""A sentence-transformers model run by ONNX Runtime, without torch: exported once from the same weights.

`fp32` gives the vectors that torch gives. `int8` is faster and only near them. Each text is run alone: nothing is
filled up, on a processor that is the fastest way, and no vector depends on its neighbours, which in int8 would share
a scale.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shared.models import onnx as models
from shared.models import sentences
from shared.models.onnx import Exported
from shared.readable import readable
from shared.settings import EncoderSettings, HomeSettings
from shared.stored import Vector

CPU = Path("/proc/cpuinfo")


class OnnxEncoder:
    """A loaded graph with its tokenizer; inputs longer than the model reads are cut, which the chunker prevents."""

    def __init__(self, name: str, session: Any, tokenizer: Any, about: Exported) -> None:
        self.name = name
        self.dimensions = about.dimensions
        self.max_tokens: int | None = about.max_tokens
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str]) -> Vector:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for vector, tokens in zip(vectors, self._tokenizer.encode_batch_fast(list(map(readable, texts))), strict=True):
            ids = np.array([tokens.ids], dtype=np.int64)
            vector[:] = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        return vectors


def build(settings: EncoderSettings) -> OnnxEncoder:
    """Export where that was not done yet, and load; raises ValueError where int8 would overflow on this processor."""
    from tokenizers import Tokenizer

    if settings.precision == "int8" and CPU.is_file() and not models.fits_int8(CPU.read_text()):
        raise ValueError("int8 overflows on a processor without VNNI: set TILTYARD_ENCODER_PRECISION=fp32")
    folder = models.exported(settings.model, HomeSettings().home)
    about = models.card(folder)
    tokenizer = Tokenizer.from_file(str(folder / models.TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(about.max_tokens)
    session = _session(folder / models.FILES[settings.precision], settings.threads)
    return OnnxEncoder(name_of(settings), session, tokenizer, about)


def name_of(settings: EncoderSettings) -> str:
    """The model's name with the runtime and, where it is not fp32, the precision: their vectors differ."""
    return f"{sentences.name(settings.model)}-onnx" + ("" if settings.precision == "fp32" else f"-{settings.precision}")


def tokenizer_of(settings: EncoderSettings) -> str:
    """The model's `tokenizer.json`; raises ValueError where the folder has none."""
    return sentences.tokenizer(settings.model)


def _session(graph: Path, threads: int) -> Any:
    """On the CPU. Threads that wait sleep, since other processes share the cores."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
