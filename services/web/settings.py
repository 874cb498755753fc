"""What an operator can set about the pages."""

from ipaddress import ip_address

from pydantic import Field, field_validator

from shared.settings import Settings, under

LOCAL = "localhost"


class WebSettings(Settings):
    """Where the pages are served, and how much they keep in memory."""

    model_config = under("WEB")
    host: str = Field(default="127.0.0.1", description="a loopback address: nobody is asked who they are")
    port: int = Field(default=19480, ge=0, le=65_535)
    questions: int = Field(default=2_000, ge=10, description="newest questions that are kept with their answers")
    memory_mib: int = Field(default=256, ge=16, description="that those may take; the oldest leave before")
    dead_letters: int = Field(default=5_000, ge=10, description="newest dead letters of each topic that are kept")
    streams: int = Field(default=200, ge=1, description="pages that are kept up to date at the same time")
    asked_per_minute: int = Field(default=60, ge=1, description="questions and documents that one browser may publish")

    @field_validator("host")
    @classmethod
    def _is_loopback(cls, host: str) -> str:
        """ValueError: whoever reaches the pages may ask and vote, so that only this machine may reach them."""
        if host.casefold() == LOCAL:
            return LOCAL
        try:
            is_loopback = ip_address(host).is_loopback
        except ValueError:
            raise ValueError(f"{host!r} is no address: write 127.0.0.1, ::1 or localhost") from None
        if not is_loopback:
            raise ValueError(
                f"{host} is reached from other machines, and the pages ask nobody who they are: leave it at 127.0.0.1, "
                "and let a proxy that signs people in stand before it"
            )
        return host

    @property
    def name(self) -> str:
        """The host as it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host
