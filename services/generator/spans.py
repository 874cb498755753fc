"""A backend whose calls are spans, named as the conventions for generative AI do. No span has a prompt or an answer."""

from collections.abc import Mapping, Sequence

from services.generator.ports import Backend, Chat, Completion, Failed, Outcome, Scored
from shared.messages import AdapterAnnounced
from shared.telemetry import conventions as names
from shared.telemetry import tracing


class Traced:
    """Implements Backend over another one."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.name, self.model = backend.name, backend.model
        self.take_up = backend.take_up

    @property
    def adapters(self) -> Mapping[str, AdapterAnnounced]:
        return self._backend.adapters

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Outcome]:
        attributes = self._attributes(chats, adapter) | {names.MOST_TOKENS: max_new_tokens}
        with tracing.calling(f"{names.CHAT} {self.model}", attributes) as span:
            outcomes = self._backend.complete(
                chats, max_new_tokens=max_new_tokens, adapter=adapter, strength=strength, within_s=within_s
            )
            said = [outcome for outcome in outcomes if isinstance(outcome, Completion)]
            span.set_attribute(names.TOKENS_IN, sum(outcome.prompt_tokens for outcome in said))
            span.set_attribute(names.TOKENS_OUT, sum(outcome.completion_tokens for outcome in said))
        return outcomes

    def score(
        self,
        chats: Sequence[Chat],
        continuations: Sequence[str],
        *,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Scored | Failed]:
        with tracing.calling(f"{names.CHAT} {self.model}", self._attributes(chats, adapter)):
            return self._backend.score(chats, continuations, adapter=adapter, strength=strength, within_s=within_s)

    def _attributes(self, chats: Sequence[Chat], adapter: AdapterAnnounced | None) -> dict[str, str | int]:
        return {
            names.AI_OPERATION: names.CHAT, names.PROVIDER: self.name, names.MODEL: self.model,
            names.CHATS: len(chats), names.ADAPTER: adapter.name if adapter else "",
        }  # fmt: skip
