"""Settings of ingest."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.settings import Settings, under

Share = Annotated[float, Field(ge=0, le=1)]


class IngestSettings(Settings):
    """What ingest accepts and how it cuts."""

    model_config = under("INGEST")
    chunker: str = Field(default="tokens", description="a file in services/ingest/chunkers")
    chunk_tokens: int = Field(
        default=192,
        ge=32,
        le=4_096,
        description="of the encoder's tokens, title and date included; 256 is all MiniLM reads",
    )
    max_text_bytes: int = Field(default=1_000_000, ge=1, description="a longer text is refused")
    html_within_s: float = Field(
        default=10.0, gt=0, description="finding the text in HTML; what takes longer is refused"
    )
    earliest: datetime = Field(default=datetime(1990, 1, 1, tzinfo=UTC), description="an older date is refused")
    latest_ahead_hours: float = Field(default=48.0, ge=0, description="a date further ahead of the broker is refused")
    language: str = Field(
        default="langid", description="a file in services/ingest/languages; what the publisher says comes first"
    )
    trust: dict[str, Share] = Field(default={}, description='of sources, 0 to 1 (JSON): {"Harbour Desk": 0.9}')
    default_trust: Share = Field(default=1.0, description="of a source that is not among them")
    near_duplicates: Literal["keep", "drop", "replace", "off"] = Field(
        default="keep",
        description="keep: both, the later linked to the first; drop the later; replace: retract the earlier",
    )
    near_duplicate_threshold: float = Field(
        default=0.8, ge=0.5, le=0.95, description="Jaccard similarity of the word shingles from which texts are alike"
    )
    near_duplicate_shingle: int = Field(default=3, ge=3, le=5, description="words in a shingle")
    near_duplicate_words: int = Field(default=20, ge=5, description="a text of fewer words is no near-duplicate")
    batch: int = Field(default=64, ge=1)
