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
    """Work that is given the places of a batch, whose prompts have all that comes before their own part in common.

    `work` gets the cache of that too, None where nothing is kept. `network` is the one that speaks when it is called.
    `prefixes` None: nothing may be kept.
    """

    network: Callable[[], Any]
    tokenizer: Any
    prefixes: PrefixCache | None
    rows: Rows
    speaker: Speaker
    work: Callable[[list[int], Any], Sequence[T]]

    def may_share(self, place: int) -> bool:
        """Whether the prompt at a place may go together with others of its preamble."""
        fits = self.prefixes is not None and self.prefixes.fits(len(self.rows.prompts[place][0]))
        return fits and _shared_preamble.can(self.network())

    def __call__(self, places: list[int]) -> Sequence[T]:
        """Whose questions find no cache yet wait for it, and their seconds say so."""
        chat, network = self.rows.chats[places[0]], self.network()
        if not chat.preamble:
            return self.work(places, None)
        if self.prefixes is None:
            return self._alone(places, None, 0)
        preamble = self.rows.prompts[places[0]][0][: chat_format.preamble_tokens(self.tokenizer, chat)]
        key, started = Key(self.speaker.weights, self.speaker.strength, chat.kept_as), time.perf_counter()
        shared = _shared_preamble.can(network)
        with self.prefixes.over(network, key, preamble, read_only=shared) as cache:
            built = time.perf_counter() - started
            if shared and cache is not None:
                with _shared_preamble.over(network, cache, len(preamble)) as for_all:
                    together: Sequence[Any] = self.work(places, for_all)
                return [replace(outcome, seconds=outcome.seconds + built) for outcome in together]
            alone: Sequence[Any] = self._alone(places, cache, len(preamble))
        first, *others = alone
        return [replace(first, seconds=first.seconds + built), *others]

    def _alone(self, places: list[int], cache: Any, tokens: int) -> Sequence[T]:
        """Each behind these tokens of what is kept of the preamble, or behind nothing."""
        made = list[T]()
        for place in places:
            if (beyond := _padding.length(cache) - tokens) > 0:
                cache.crop(-beyond)
            made += self.work([place], cache)
        return made
