"""Settings of embedder; the encoder's own are shared (`TILTYARD_ENCODER_`)."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.settings import under


class EmbedderSettings(BaseSettings):
    """How much embedder takes at once."""

    model_config = under("EMBEDDER")
    batch: int = Field(default=16, ge=1, description="revisions at a time; their chunks are encoded together")
    dead_in_a_row: int = Field(default=100, ge=0, description="more dead letters in a row than this stop the service")
