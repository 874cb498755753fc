"""Needs nothing: says the first passage of its prompt, or a fixed word. For pipelines without a model."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from services.generator import adapters
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced

BASE_SHA256 = hashlib.sha256(b"echo").hexdigest()
FIXED = "echo"
_FIRST_PASSAGE = re.compile(r"^\[1\] (.+)$", re.MULTILINE)


class Echo:
    """Implements Backend without a model; a token is a word."""

    name = "echo"
    model = f"echo@{BASE_SHA256[:8]}"

    def __init__(self) -> None:
        self.adapter: AdapterAnnounced | None = None

    def complete(self, chats: Sequence[Chat], *, max_new_tokens: int) -> list[Completion]:
        return [self._complete(chat, max_new_tokens) for chat in chats]

    def take_up(self, adapter: AdapterAnnounced) -> None:
        adapters.verify(adapter, BASE_SHA256)
        self.adapter = adapter

    def _complete(self, chat: Chat, max_new_tokens: int) -> Completion:
        found = _FIRST_PASSAGE.search(chat.user)
        words = (found.group(1) if found else FIXED).split()[:max_new_tokens]
        said = " ".join(words) + (" [1]" if found else "")
        return Completion(said, len(f"{chat.system} {chat.user}".split()), len(words), seconds=0.0)


def build(settings: GeneratorSettings, home: Path) -> Echo:  # noqa: ARG001  (every backend is built alike)
    """An echo; nothing is read and nothing is loaded."""
    return Echo()
