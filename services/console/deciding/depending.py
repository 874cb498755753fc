"""What the answers of a contest depend on, so that none is taken for another's: said in short, or as a digest."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from dotenv import dotenv_values

from services.console.demo.newswire import Newswire
from shared.messages import Contest, Question

PREFIX = "TILTYARD_"
WITHOUT_EFFECT = ("TILTYARD_COST_", "TILTYARD_OBSERVE_", "TILTYARD_HOME", "TILTYARD_SERVICES_", "TILTYARD_FEED_")
"""Settings that no answer depends on."""


def place(address: str) -> str:
    """A path from wherever it is said; an address or a query as it is."""
    try:
        return str(Path(address).resolve()) if Path(address).exists() else address
    except (OSError, ValueError):
        return address


def content(value: str) -> str:
    """Of what may name a file: its content, as a digest. Anything else as it is."""
    try:
        return f"sha256:{hashlib.sha256(Path(value).read_bytes()).hexdigest()}" if Path(value).is_file() else value
    except (OSError, ValueError):
        return value


def digest(wire: Newswire, questions: Sequence[Question], contest: Contest, tokens: int | None) -> dict[str, object]:
    """News, pairs, questions, contest, settings with the files that they name, and the version of this program."""
    news = hashlib.sha256(wire.pairs_file.read_bytes())
    for message in (*wire.edition1, *wire.edition2, *questions, contest):
        news.update(message.model_dump_json().encode())
    return {"news": news.hexdigest(), "tokens": tokens, "settings": dict(_settings()), "version": version("tiltyard")}


def _settings() -> Iterator[tuple[str, str]]:
    """Those of the environment and of `.env`, which services read as well."""
    said = {name: value or "" for name, value in dotenv_values(".env").items()} | dict(os.environ)
    for name, value in sorted(said.items()):
        if name.startswith(PREFIX) and not name.startswith(WITHOUT_EFFECT):
            yield name, content(value)
