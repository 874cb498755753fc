"""Asking as the arms of the product do: their prompts, their rules of abstention, one model in memory."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prometheus_client import REGISTRY

from bench.contestants.library import Library
from services.generator import handler
from services.generator.arms import Served
from services.generator.backends.transformers import Transformers
from services.generator.ports import Backend, Chat, Completion, Failed, Outcome, Scored
from services.generator.settings import GeneratorSettings
from shared.contests.calendar import Calendar
from shared.messages import AdapterAnnounced, Answer, Arm, Contest, Question
from shared.records import Record

COMPUTED = "tiltyard_prefix_cache_computed_tokens_total"


@dataclass
class Remembering:
    """Implements Backend over another one: greedy decoding gives a prompt one answer, which is made once.

    `seconds` of a completion is its share of the call that made it, also for whoever asks the same later: what it costs
    to ask does not depend on who asked before.
    """

    inner: Backend
    known: dict[tuple[Chat, str, float, int], Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name, self.model = self.inner.name, self.inner.model

    @property
    def adapters(self) -> Any:
        return self.inner.adapters

    @property
    def cached_bytes(self) -> int:
        """What the model keeps of prompts that it has read; 0 where it is no model in this process."""
        return self.inner.prefixes.size if isinstance(self.inner, Transformers) else 0

    @property
    def computed_tokens(self) -> int:
        """How many tokens this process computed to keep them, as its metrics say."""
        return int(REGISTRY.get_sample_value(COMPUTED) or 0)

    def take_up(self, adapter: AdapterAnnounced) -> None:
        self.inner.take_up(adapter)

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,  # noqa: ARG002  (a measurement waits)
    ) -> list[Outcome]:
        weights = adapter.weights_sha256 if adapter else ""
        keys = [(chat, weights, strength, max_new_tokens) for chat in chats]
        fresh = list(dict.fromkeys(key for key in keys if key not in self.known))
        started = time.perf_counter()
        made = self.inner.complete(
            [key[0] for key in fresh], max_new_tokens=max_new_tokens, adapter=adapter, strength=strength
        )
        share = (time.perf_counter() - started) / max(1, len(fresh))
        for key, outcome in zip(fresh, made, strict=True):
            self.known[key] = replace(outcome, seconds=share) if isinstance(outcome, Completion) else outcome
        return [self.known[key] for key in keys]

    def score(
        self,
        chats: Sequence[Chat],
        continuations: Sequence[str],
        *,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Scored | Failed]:
        return self.inner.score(chats, continuations, adapter=adapter, strength=strength, within_s=within_s)


@dataclass
class Asker:
    """Puts questions to arms. `library` is where arms that read find their passages."""

    backend: Backend
    settings: GeneratorSettings
    library: Library
    _served: dict[str, Served] = field(default_factory=dict)

    def ask(self, arm: Arm, questions: Sequence[Question]) -> list[Answer]:
        """One answer for each question, in order. Raises ValueError where the arm cannot be asked so."""
        served = self._arm(arm)
        self.library.news.keep_up()
        records: Sequence[Record[Any]] = (
            self.library.evidence(questions, arm.taken.context)
            if arm.taken.has_passages
            else [self.library.asked(question) for question in questions]
        )
        effects = handler.answer(
            records,
            served=served,
            backend=self.backend,
            now=self.library.clock,
            longest=self.settings.max_new_tokens,
        )
        return [made.outcome for made in effects]

    def _arm(self, arm: Arm) -> Served:
        """Under a contest of its own, in which nobody else is asked."""
        if arm.name not in self._served:
            recipes = tuple(recipe for recipe in self.library.contest.recipes if recipe.name == arm.context)
            calendar = Calendar(before=Contest(name="alone", recipes=recipes, arms=(arm,)))
            settings = self.settings.model_copy(update={"speakers": arm.speaker})
            self._served[arm.name] = Served.of(settings, lambda: calendar, self.library.news)
        return self._served[arm.name]
