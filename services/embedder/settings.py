"""Settings of embedder; the encoder's own are shared (`TILTYARD_ENCODER_`)."""

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.settings import under

KiB = 1024


class EmbedderSettings(BaseSettings):
    """How much embedder takes at once."""

    model_config = under("EMBEDDER")
    batch: int = Field(default=64, ge=1, description="revisions at a time")
    portion_bytes: int = Field(
        default=32 * KiB, ge=1, description="of revisions that are encoded together; a longer one goes alone"
    )
