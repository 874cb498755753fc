"""Settings of retriever; the encoder's own are shared (`TILTYARD_ENCODER_`)."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.settings import under


class RetrieverSettings(BaseSettings):
    """How evidence is found, ranked and cut to what a prompt can hold."""

    model_config = under("RETRIEVER")
    search: str = Field(default="weighted", description="a file in services/retriever/searches")
    rankers: str = Field(
        default="recency", description="files in services/retriever/rankers, applied in this order, comma-separated"
    )
    queries: str = Field(default="plain", description="a file in services/retriever/queries")
    condenser: str = Field(
        default="last_turns", description="a file in services/retriever/condensers: what is searched in a conversation"
    )
    condense_turns: int = Field(default=6, ge=1, le=20, description="of `last_turns`: turns looked at, newest first")
    condense_words: int = Field(default=24, ge=1, le=200, description="of `last_turns`: words added at most")
    depth: int = Field(default=100, ge=1, le=1_000, description="chunks of each list that are fused and ranked")
    dense_weight: float = Field(
        default=0.4, ge=0, le=1, description="of `weighted`: how much dense counts, BM25 the rest"
    )
    recency_half_life_days: float = Field(default=30.0, gt=0, description="of `recency`")
    recency_floor: float = Field(default=0.3, ge=0, le=1, description="of `recency`: what the oldest news keeps")
    top_k: int = Field(default=5, ge=1, le=100, description="chunks of evidence at most")
    budget_words: int = Field(default=800, ge=1, description="words of evidence at most; the first chunk always stays")
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
    batch: int = Field(default=16, ge=1)
    dead_in_a_row: int = Field(default=100, ge=0, description="more dead letters in a row than this stop the service")
    mmr_lambda: float = Field(
        default=0.8, ge=0, le=1, description="of `mmr`: how much relevance counts, novelty the rest"
    )
    mmr_first: int = Field(default=50, ge=1, le=1_000, description="of `mmr`: chunks that it ranks")
    cross_encoder: str = Field(
        default="", description="of `cross_encoder`: folder of the model, or name in the hub cache"
    )
    cross_encoder_first: int = Field(default=30, ge=1, le=1_000, description="of `cross_encoder`: chunks that it ranks")
    likelihood_model: str = Field(
        default="", description="of `likelihood`: folder of a language model; empty: the embedded SmolLM2-135M-Instruct"
    )
    likelihood_first: int = Field(default=10, ge=1, le=1_000, description="of `likelihood`: chunks that it ranks")
    decompose_most: int = Field(
        default=4, ge=1, le=16, description="of `decompose`: queries at most, the whole one first"
    )
    expand_passages: int = Field(default=5, ge=1, le=50, description="of `expand`: passages whose words are looked at")
    expand_terms: int = Field(default=8, ge=1, le=50, description="of `expand`: words added at most")

    @property
    def ranker_names(self) -> list[str]:
        return [name.strip() for name in self.rankers.split(",") if name.strip()]
