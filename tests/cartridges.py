"""Cartridges for tests: a backend over the tiny model, announcements, and what is said behind one."""

from pathlib import Path
from typing import Any

from services.generator.adapter_config import CONFIG
from services.generator.backends import transformers
from services.generator.hashing import sha256_of
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced
from shared.models import language
from tests import adapters

CHATS = [
    Chat("Answer briefly.", "[1] The fair moves to the harbour.\nQuestion: Where is the fair?"),
    Chat("Answer briefly.", "Who?"),
    Chat("Answer briefly.", "What is the colour of the cars on the third line of the tram?"),
]
TOKENS = 6
Said = list[tuple[str, float | None]]


def a_backend(base: Path, home: Path, speakers: str = "base,tuned,cartridge") -> transformers.Transformers:
    """All prompts of a call in one batch."""
    settings = GeneratorSettings(model=str(base), speakers=speakers, batch_size=len(CHATS), threads=1)
    return transformers.build(settings, home)


def announced(folder: Path, base: Path, **changes: Any) -> AdapterAnnounced:
    """A cartridge on a track of its own, unless `changes` say otherwise."""
    values: dict[str, Any] = {
        "base_sha256": language.weights_sha256(base),
        "config_sha256": sha256_of(folder / CONFIG),
        "kind": "cartridge",
        "track": "cartridge",
    }
    return adapters.announced(folder.name, folder=folder, **values | changes)


def says(backend: transformers.Transformers, adapter: AdapterAnnounced | None, chats: list[Chat]) -> Said:
    """Each answer with its log probability."""
    said: Said = []
    for outcome in backend.complete(chats, max_new_tokens=6, adapter=adapter):
        assert isinstance(outcome, Completion), outcome
        said.append((outcome.text, outcome.log_probability))
    return said
