"""Prompts of a batch over what is kept of their preamble: all at once, where the model's attention is plain."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from services.generator import chat_format
from services.generator.backends import _padding, _shared_preamble
from services.generator.batching import Rows
from services.generator.prefix_cache import Key, PrefixCache, Speaker

T = TypeVar("T")


@dataclass(frozen=True)
class Over(Generic[T]):
    """Work that is given the places of a batch, whose prompts have one preamble or none.

    `work` gets the cache of the preamble too, None where nothing is kept. `prefixes` None: nothing may be kept.
    """

    network: Any
    tokenizer: Any
    prefixes: PrefixCache | None
    rows: Rows
    speaker: Speaker
    work: Callable[[list[int], Any], Sequence[T]]

    def __call__(self, places: list[int]) -> Sequence[T]:
        """Whose questions find no cache yet wait for it, and their seconds say so."""
        chat = self.rows.chats[places[0]]
        if not chat.preamble:
            return self.work(places, None)
        if self.prefixes is None:
            return self._together(places, None, 0)
        preamble = self.rows.prompts[places[0]][0][: chat_format.preamble_tokens(self.tokenizer, chat)]
        key, started = Key(self.speaker.weights, self.speaker.strength, chat.kept_as), time.perf_counter()
        with self.prefixes.over(self.network, key, preamble) as cache:
            built = time.perf_counter() - started
            made: Sequence[Any] = self._together(places, cache, len(preamble))
        return [replace(outcome, seconds=outcome.seconds + built) for outcome in made]

    def _together(self, places: list[int], cache: Any, tokens: int) -> Sequence[T]:
        """At once over what is kept of the preamble; where that cannot be, each alone behind its tokens."""
        if cache is not None and _shared_preamble.can(self.network):
            with _shared_preamble.over(self.network, cache, tokens) as shared:
                return self.work(places, shared)
        made = list[T]()
        for place in places:
            if (beyond := _padding.length(cache) - tokens) > 0:
                cache.crop(-beyond)
            made += self.work([place], cache)
        return made
