"""What the generator needs from others, and the values that pass between its parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from shared.messages import AdapterAnnounced, EvidenceItem, Question
from shared.records import Record
from shared.topology import AnyTopic

FailureKind = Literal[
    "no_adapter", "deadline", "prompt_too_long", "special_token", "out_of_memory", "empty",
    "misconfigured", "skipped", "timeout", "rate_limited", "server_error", "unreachable", "cut", "garbled", "refused",
]  # fmt: skip


class NotOfferedError(ValueError):
    """What was asked for, this backend cannot do; the settings must change."""


@dataclass(frozen=True)
class Chat:
    """What a model is told: a system text and one user turn, both free of chat-template tokens.

    The user turn is `preamble` and `user`, one after the other. A preamble is what many chats begin with; it ends with
    a line, and its tokens come apart from what follows. `kept_as`: under which name a backend may keep what it has
    computed of the preamble, until a later one of that name takes its place. What is answered does not depend on it.
    """

    system: str
    user: str
    preamble: str = ""
    kept_as: str = ""

    @property
    def user_turn(self) -> str:
        """All that the user says."""
        return self.preamble + self.user


@dataclass(frozen=True)
class Completion:
    """What a model said.

    `seconds` is the model's time for the batch that the prompt was part of, or a server's for this request.
    `log_probability` is natural, summed over `answer_tokens` tokens, without the end of turn; None where it is not
    known. `choices` holds the mean of it for each choice where the answer was picked, and then nothing was generated.
    `cut` is true where the model had not ended when the longest answer was reached.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    log_probability: float | None = None
    answer_tokens: int = 0
    choices: Mapping[str, float] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Scored:
    """How likely a model finds a given text: natural log probability, summed over its `tokens` tokens."""

    log_probability: float
    tokens: int
    prompt_tokens: int = 0
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        """Log probability per token, so that a long text is not unlikely for its length alone."""
        return self.log_probability / self.tokens


@dataclass(frozen=True)
class Failed:
    """A prompt that got no answer, and why; its neighbours may have got theirs. No reason repeats the prompt."""

    kind: FailureKind
    reason: str


Outcome = Completion | Failed
LATE = Failed("deadline", "deadline passed")


class Backend(Protocol):
    """Something that completes chats: one model, with at most one adapter of each track on top of it.

    Each call says which adapter speaks: one that was taken up, or None for the bare model; and at which strength, from
    above 0 to 1, as it was trained. `within_s` are the seconds
    that each chat has from the call on; one whose time is over costs no more work and is LATE.
    """

    name: str
    model: str

    @property
    def adapters(self) -> Mapping[str, AdapterAnnounced]:
        """Track -> the adapter that was taken up last."""

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Outcome]:
        """One outcome per chat, in order. Raises ValueError where the adapter is not the one taken up."""

    def score(
        self,
        chats: Sequence[Chat],
        continuations: Sequence[str],
        *,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Scored | Failed]:
        """How likely each chat is to be answered with its continuation, in order.

        Raises NotOfferedError, also for no chats at all, where the backend cannot tell.
        """

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """Be ready to speak with this adapter in place of the one before in its track.

        Raises ValueError where a hash differs.
        """


def speaks_with(backend: Backend, adapter: AdapterAnnounced | None, strength: float = 1.0) -> None:
    """Raises ValueError where a call names an adapter that was not taken up: no adapter poses as another.

    So it does for a strength that is none, or that nobody has: the base has no adapter that could be weaker.
    """
    if adapter is not None and adapter not in backend.adapters.values():
        raise ValueError(f"adapter {adapter.name} was not taken up")
    if not 0 < strength <= 1 or (adapter is None and strength != 1):
        raise ValueError(f"strength {strength:g}: an adapter has one above 0 and up to 1, the bare model has none")


@dataclass(frozen=True)
class PromptedQuestion:
    """A question as one style puts it to the model, with the evidence that went into the prompt and its passages.

    `prompt_version` and `abstain` are of the prompt that its kind has, and stand before the style's; `longest` is how
    many tokens its answer may have, None: as many as any. `skipped`: why it is not asked at all. `failed`: why it
    cannot be asked now.
    """

    question: Question
    asked_at: datetime
    chat: Chat
    evidence: tuple[EvidenceItem, ...] = ()
    passages: tuple[str, ...] = ()
    stale: bool = False
    retrieval_ms: float = 0.0
    prompt_version: str = ""
    abstain: str = ""
    longest: int | None = None
    skipped: str = ""
    failed: Failed | None = None


@dataclass(frozen=True)
class Verdict:
    """What a rule of abstention made of an answer: its name with its threshold, the score, and whether it declines."""

    rule: str
    support: float
    declined: bool


class Decline(Protocol):
    """Whether an answer stands; None where the rule cannot tell or does not ask."""

    def __call__(self, asked: PromptedQuestion, completion: Completion, *, tuned: bool) -> Verdict | None: ...


@dataclass(frozen=True)
class Style:
    """A way of asking: the topic it answers, the prompt's version and abstain phrase, and the asking itself."""

    topic: AnyTopic
    prompt_version: str
    abstain: str
    ask: Callable[[Record[Any]], PromptedQuestion]
