"""Where the pages are served, for the service itself and for whoever starts it."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from shared.settings import EmptyIsUnset, Settings, under

LOCAL = "localhost"


class PagesSettings(Settings):
    """Where the pages are served: the service listens there, and whoever starts it says so."""

    model_config = under("WEB")
    host: str = Field(default="127.0.0.1", description="another than a loopback address demands that people sign in")
    port: int = Field(default=19480, ge=0, le=65_535)
    certificate: Annotated[Path | None, EmptyIsUnset] = Field(default=None, description="PEM file, to serve https")

    @field_validator("host")
    @classmethod
    def _is_address(cls, host: str) -> str:
        if host.casefold() == LOCAL:
            return LOCAL
        try:
            ip_address(host)
        except ValueError:
            raise ValueError(f"{host!r} is no address: write 127.0.0.1, ::1, localhost or 0.0.0.0") from None
        return host

    @property
    def name(self) -> str:
        """The host as it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def address(self) -> str:
        """By which a browser on this machine reaches the pages; a host that stands for all others is left out."""
        return self.at(self.port)

    def at(self, port: int) -> str:
        """The same with the port that was found free where `port` is 0."""
        everywhere = self.host != LOCAL and ip_address(self.host).is_unspecified
        return f"{'https' if self.certificate else 'http'}://{LOCAL if everywhere else self.name}:{port}"
