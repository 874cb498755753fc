"""Settings of retriever; the encoder's own are shared (`TILTYARD_ENCODER_`)."""

from pydantic import Field

from shared.contests.options import RetrievalOptions
from shared.settings import Settings, under


class RetrieverSettings(RetrievalOptions, Settings):
    """How evidence is found where a recipe of the contest does not say otherwise, and what holds for all recipes."""

    model_config = under("RETRIEVER")
    condenser: str = Field(
        default="last_turns", description="a file in services/retriever/condensers: what is searched in a conversation"
    )
    condense_turns: int = Field(default=6, ge=1, le=20, description="of `last_turns`: turns looked at, newest first")
    condense_words: int = Field(default=24, ge=1, le=200, description="of `last_turns`: words added at most")
    cross_encoder: str = Field(
        default="", description="of `cross_encoder`: folder of the model, or name in the hub cache"
    )
    likelihood_model: str = Field(
        default="", description="of `likelihood`: folder of a language model; empty: the embedded SmolLM2-135M-Instruct"
    )
    wait_s: float = Field(
        default=30.0,
        ge=0,
        description="how long a question waits for the view, its deadline permitting, before `stale`",
    )
    index_language: str = Field(default="english", description="whose word stems BM25 and TF-IDF count")
    index_memory_mib: int = Field(default=64, ge=16, description="what BM25 buffers before it writes")
    snapshot: bool = Field(
        default=True, description="keep the BM25 index on disk, so that a restart need not rebuild it"
    )
    held_mib: int = Field(
        default=64, ge=1, description="for vectors of news that not every copy of the store is known to hold"
    )
    batch: int = Field(default=16, ge=1)
