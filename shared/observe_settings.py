"""What operators see of a service process, and where."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from shared.installation import InstallationSettings
from shared.settings import EmptyIsUnset, HomeSettings, under


class ObserveSettings(HomeSettings, InstallationSettings):
    """Logs, metrics and readiness of a service process."""

    model_config = under("OBSERVE")
    host: str = "127.0.0.1"
    port: int = Field(default=0, description="of /metrics, /ready and /live; 0: any free one, written to the log")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otlp_endpoint: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="where spans go by OTLP over HTTP, such as http://127.0.0.1:4318; empty: nowhere",
    )
    otlp_headers: dict[str, SecretStr] = Field(default={}, description="sent with them (JSON), such as a token")
    otlp_folder: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="where spans wait until they are sent; empty: `spans` below TILTYARD_HOME"
    )
    otlp_share: float = Field(default=1.0, ge=0, le=1, description="of traces that begin here: how many are kept")

    @property
    def spans_folder(self) -> Path:
        """Where spans wait, by its whole path."""
        return (self.otlp_folder or self.home / "spans").absolute()
