"""A cross-encoder reads question and passage together (Nogueira and Cho 2019, "Passage re-ranking with BERT").

None is shipped: any sentence-transformers cross-encoder that lies on this machine, by folder or name.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from transformers import AutoConfig
from transformers.utils.hub import cached_file

from services.retriever.ports import Knowledge, Rank
from services.retriever.reranking import by_text
from services.retriever.settings import RetrieverSettings

BATCH = 32
_SCORING = ("ForSequenceClassification", "ForCausalLM")


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Rank:
    """Load the model; a score is the sigmoid of its one output. Raises ValueError where there is no such model.

    Nothing is downloaded, no code of the model's is run, and only safetensors are read.
    """
    model = _load(settings.cross_encoder)

    def judge(question: str, texts: Sequence[str]) -> Sequence[float]:
        pairs = [(question, text) for text in texts]
        scores = model.predict(pairs, batch_size=BATCH, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
        return [float(score) for score in scores]

    return by_text(knowledge.chunks, settings.cross_encoder_first, judge)


def _load(name: str) -> Any:
    if not name:
        raise ValueError(
            "the ranker cross_encoder needs a model and none is shipped: "
            "TILTYARD_RETRIEVER_CROSS_ENCODER names its folder, or its name in the local hub cache."
        )
    try:
        _refuse_without_scores(name)
        model = CrossEncoder(
            name, local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except OSError as error:
        raise ValueError(f"no cross-encoder {name!r} with safetensors on this machine: {error}") from error
    if model.num_labels != 1:
        raise ValueError(f"{name!r} gives {model.num_labels} scores for a pair; a ranker needs a model with one.")
    return model


def _refuse_without_scores(name: str) -> None:
    """A model that was not made to score pairs would be given a head of random weights, and rank by chance."""
    kinds = list(AutoConfig.from_pretrained(name, local_files_only=True, trust_remote_code=False).architectures or [])
    if not any(kind.endswith(_SCORING) for kind in kinds) and not _says_so(name):
        raise ValueError(f"{name!r} is no cross-encoder: it is {', '.join(kinds) or 'of no named kind'}.")


def _says_so(name: str) -> bool:
    """Whether the model's own file says that it scores pairs, whatever it is put together from."""
    file = cached_file(
        name, "config_sentence_transformers.json", local_files_only=True, _raise_exceptions_for_missing_entries=False
    )
    return file is not None and json.loads(Path(file).read_bytes()).get("model_type") == "CrossEncoder"
