"""Needs nothing: says the first passage of its prompt, or a fixed word. For pipelines without a model."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.generator import adapters
from services.generator.adapter_addresses import Admission
from services.generator.ports import LATE, Chat, Completion, Failed, Outcome, Scored, speaks_with
from services.generator.settings import GeneratorSettings
from services.generator.time_left import TimeLeft
from shared.messages import AdapterAnnounced

BASE_SHA256 = hashlib.sha256(b"echo").hexdigest()
FIXED = "echo"
_FIRST_PASSAGE = re.compile(r"^\[1\] (.+)$", re.MULTILINE)


class Echo:
    """Implements Backend without a model; a token is a word, and likely is what the prompt says often.

    Adapters that lie elsewhere are copied below `home`, and not read.
    """

    name = "echo"
    model = f"echo@{BASE_SHA256[:8]}"

    def __init__(self, home: Path = Path(), admission: Admission = adapters.ANY_FOLDER_HERE) -> None:
        self._home, self._admission = home, admission
        self.adapters: dict[str, AdapterAnnounced] = {}

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Outcome]:
        speaks_with(self, adapter, strength)
        left = TimeLeft(within_s)
        return [LATE if left.over(place) else _complete(chat, max_new_tokens) for place, chat in enumerate(chats)]

    def score(
        self,
        chats: Sequence[Chat],
        continuations: Sequence[str],
        *,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Scored | Failed]:
        speaks_with(self, adapter, strength)
        left, pairs = TimeLeft(within_s), zip(chats, continuations, strict=True)
        return [LATE if left.over(place) else _score(*pair) for place, pair in enumerate(pairs)]

    def take_up(self, adapter: AdapterAnnounced) -> None:
        adapters.verify(adapter, BASE_SHA256, self._home, self._admission)
        self.adapters[adapter.track] = adapter


def build(settings: GeneratorSettings, home: Path) -> Echo:
    """An echo; nothing is read and nothing is loaded."""
    return Echo(home, settings.admission)


def _complete(chat: Chat, max_new_tokens: int) -> Completion:
    match = _FIRST_PASSAGE.search(chat.user_turn)
    whole = (match.group(1) if match else FIXED).split()
    words = whole[:max_new_tokens]
    text = " ".join(words) + (" [1]" if match else "")
    prompt_tokens = len(_words(f"{chat.system} {chat.user_turn}"))
    return Completion(text, prompt_tokens, len(words), seconds=0.0, cut=len(words) < len(whole))


def _score(chat: Chat, continuation: str) -> Scored:
    """A unigram model of the prompt's words, with one added to each count and one word kept for all unseen ones."""
    prompt, words = _words(f"{chat.system} {chat.user_turn}"), _words(continuation)
    seen = Counter(prompt)
    room = len(prompt) + len(seen) + 1
    return Scored(sum(math.log((seen[word] + 1) / room) for word in words), len(words), len(prompt))


def _words(text: str) -> list[str]:
    return [word.strip(".,;:!?()[]") for word in text.casefold().split()]
