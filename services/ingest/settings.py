"""Settings of ingest."""

from datetime import UTC, datetime

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.settings import under


class IngestSettings(BaseSettings):
    """What ingest accepts and how it cuts."""

    model_config = under("INGEST")
    chunker: str = Field(default="tokens", description="a file in services/ingest/chunkers")
    chunk_tokens: int = Field(
        default=192, ge=32, description="of the encoder's tokens, title and date included; 256 is all MiniLM reads"
    )
    max_text_bytes: int = Field(default=1_000_000, ge=1, description="a longer text is refused")
    earliest: datetime = Field(default=datetime(1990, 1, 1, tzinfo=UTC), description="an older date is refused")
    latest_ahead_hours: float = Field(default=48.0, ge=0, description="a date further ahead of the broker is refused")
    batch: int = Field(default=64, ge=1)
    dead_in_a_row: int = Field(default=100, ge=0, description="more dead letters in a row than this stop the service")
