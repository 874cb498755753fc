"""A client of a server that speaks the OpenAI protocol, made alike for the encoder, the judge and the teacher."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import openai
    from pydantic import SecretStr

REFUSED = (400, 413, 422)
"""Statuses by which a server refuses one text: asking again would not help, and the next one may pass."""


class Named(Protocol):
    """The settings of such a server; times in seconds."""

    @property
    def url(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def api_key(self) -> "SecretStr": ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def retries(self) -> int: ...


def client(settings: Named, *, who: str, prefix: str) -> "openai.OpenAI":
    """A client; raises ValueError that names `who` and the settings TILTYARD_`prefix`_... where one is missing."""
    import openai

    if not settings.url or not settings.model:
        raise ValueError(f"{who} 'openai' needs TILTYARD_{prefix}_URL and TILTYARD_{prefix}_MODEL")
    return openai.OpenAI(
        base_url=settings.url,
        api_key=settings.api_key.get_secret_value() or "none",
        timeout=settings.timeout_s,
        max_retries=settings.retries,
    )
