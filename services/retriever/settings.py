"""Settings of retriever; the encoder's own are shared (`TILTYARD_ENCODER_`)."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.settings import under


class RetrieverSettings(BaseSettings):
    """How evidence is found, ranked and cut to what a prompt can hold."""

    model_config = under("RETRIEVER")
    search: str = Field(default="dense", description="a file in services/retriever/searches")
    ranker: str = Field(default="unchanged", description="a file in services/retriever/rankers")
    depth: int = Field(default=10, ge=1, le=200, description="chunks a search gives to the ranker")
    top_k: int = Field(default=5, ge=1, le=100, description="chunks of evidence at most")
    budget_words: int = Field(default=800, ge=1, description="words of evidence at most; the first chunk always stays")
    batch: int = Field(default=16, ge=1)
    dead_in_a_row: int = Field(default=100, ge=0, description="more dead letters in a row than this stop the service")
