"""What an operator can set about the pages."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from shared.pages_settings import LOCAL, PagesSettings
from shared.settings import EmptyIsUnset


class WebSettings(PagesSettings):
    """Who may look at the pages, and how much they keep in memory."""

    names: str = Field(default="", description="by which browsers reach the pages, between commas: news.example.org")
    key: Annotated[Path | None, EmptyIsUnset] = Field(default=None, description="PEM file of the certificate's key")
    sign_in: Literal["off", "token", "proxy"] = Field(
        default="off", description="`token`: with one's own; `proxy`: a proxy in front says the name in a header"
    )
    people: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="file of who may do what: `tiltyard people new NAME --into FILE`"
    )
    name_header: str = Field(default="X-Forwarded-User", description="in which the proxy says who signed in")
    proxies: str = Field(default="127.0.0.1,::1", description="addresses or networks of proxies that are believed")
    questions: int = Field(default=2_000, ge=10, description="newest questions that are kept with their answers")
    memory_mib: int = Field(default=1_024, ge=16, description="that all of what topics told may take in memory")
    dead_letters: int = Field(default=5_000, ge=10, description="newest dead letters of each topic that are kept")
    streams: int = Field(default=200, ge=1, description="pages that are kept up to date at the same time")
    reports: Path = Field(default=Path("out"), description="folder of the reports and decisions that are shown")
    asked_per_minute: int = Field(default=60, ge=1, description="records beside votes that one person may publish")

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        _networks(proxies)
        return proxies

    @model_validator(mode="after")
    def _is_guarded(self) -> "WebSettings":
        """ValueError: whoever reaches the pages may ask and vote, so others than this machine have to sign in."""
        if not self.is_local and self.sign_in == "off":
            raise ValueError(
                f"{self.host} is reached from other machines, and nobody would be asked who they are: set "
                "TILTYARD_WEB_SIGN_IN to token or proxy, or leave TILTYARD_WEB_HOST at 127.0.0.1"
            )
        if self.sign_in != "off" and self.people is None:
            raise ValueError(
                "TILTYARD_WEB_SIGN_IN needs TILTYARD_WEB_PEOPLE: `tiltyard people new NAME --role operator --into FILE`"
            )
        if not self.is_local and not self.known_names:
            raise ValueError("TILTYARD_WEB_NAMES is empty: say by which names browsers reach the pages")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("TILTYARD_WEB_CERTIFICATE and TILTYARD_WEB_KEY go together: set both, or none")
        return self

    @property
    def is_local(self) -> bool:
        """Whether this machine alone reaches the pages."""
        return self.host == LOCAL or ip_address(self.host).is_loopback

    @property
    def known_names(self) -> list[str]:
        return [name.strip() for name in self.names.split(",") if name.strip()]

    @property
    def proxy_networks(self) -> list[IPv4Network | IPv6Network]:
        return _networks(self.proxies)


def _networks(said: str) -> list[IPv4Network | IPv6Network]:
    """Raises ValueError for what is no address and no network."""
    return [ip_network(part.strip()) for part in said.split(",") if part.strip()]
