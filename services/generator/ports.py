"""What the generator needs from others, and the values that pass between its parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.messages import AdapterAnnounced, EvidenceItem, Question
from shared.records import Record
from shared.topology import AnyTopic


class PromptError(ValueError):
    """One prompt cannot be completed, whoever asks again; its neighbours can."""


@dataclass(frozen=True)
class Chat:
    """What a model is told: a system text and one user turn, both free of chat-template tokens."""

    system: str
    user: str


@dataclass(frozen=True)
class Completion:
    """What a model said; `seconds` is the model's time for the whole batch that the prompt was part of."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class Backend(Protocol):
    """Something that completes chats, with at most one adapter on top of its model."""

    name: str
    model: str
    adapter: AdapterAnnounced | None

    def complete(self, chats: Sequence[Chat], *, max_new_tokens: int) -> list[Completion]:
        """One completion per chat, in order. Raises PromptError where a prompt is at fault."""

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """Answer with this adapter from the next call on. Raises ValueError where a hash does not match."""


@dataclass(frozen=True)
class Asked:
    """A question as one style puts it to the model, with the evidence that went into the prompt and its passages.

    `prompt_version` and `abstain` are of the prompt that its kind has, and stand before the style's; `longest` is how
    many tokens its answer may have, None: as many as any.
    """

    question: Question
    asked_at: datetime
    chat: Chat
    evidence: tuple[EvidenceItem, ...] = ()
    passages: tuple[str, ...] = ()
    stale: bool = False
    retrieval_ms: float = 0.0


@dataclass(frozen=True)
class Style:
    """A way of asking: the topic it answers, the prompt's version and abstain phrase, and the asking itself."""

    topic: AnyTopic
    prompt_version: str
    abstain: str
    ask: Callable[[Record[Any]], Asked]
    prompt_version: str = ""
    abstain: str = ""
    longest: int | None = None
