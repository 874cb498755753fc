"""The keys and values of preambles, which many prompts begin with, kept so that a question costs its own tokens alone.

Cache-augmented generation (Chan et al. 2024, "Don't do RAG"). What a model computes of a token depends on the tokens
before it and on nothing after, so keys and values of a common preamble are those that each prompt would have computed.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from math import ceil
from typing import Any, Literal

import structlog

from shared.messages import AdapterAnnounced
from shared.telemetry import metrics

AT_ONCE = 512
"""Tokens in one pass of the model while a preamble is computed: what attention needs then stays small."""
MiB = 1024**2
Kind = Literal["no cropping", "memory"]
"""Why a preamble is not kept, without the numbers that change from question to question."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Key:
    """Whose keys and values these are: another speaker computes others.

    `weights`: as `Speaker` says them. `name`: of the preamble; a later one of this name takes its place.
    """

    weights: Hashable
    strength: float
    name: str


@dataclass(frozen=True)
class KeptPreamble:
    """What the model computed of these token ids and of none after them, and its size in bytes."""

    ids: Sequence[int]
    cache: Any
    size: int


@dataclass(frozen=True)
class Speaker:
    """Who speaks: an adapter, None for the bare base, and how much of it, from 0 (excluded) to 1."""

    adapter: AdapterAnnounced | None
    strength: float = 1.0

    @property
    def track(self) -> str | None:
        """The adapter's; None for the bare base."""
        return self.adapter.track if self.adapter else None

    @property
    def weights(self) -> Hashable:
        """What its keys and values depend on, beside the strength."""
        of = self.adapter
        return (of.track, of.weights_sha256, of.config_sha256) if of else None


class PrefixCache:
    """At most `most_bytes` of keys and values; where more are needed, those go that were not used for longest."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Key, KeptPreamble] = OrderedDict()
        self._per_token = 0.0
        self._told: set[tuple[str, Kind]] = set()

    @contextmanager
    def over(self, network: Any, key: Key, ids: Sequence[int], *, read_only: bool = False) -> Iterator[Any]:
        """A cache that holds these ids and may be grown while this is open; None where it cannot be kept.

        Of a preamble of the same name that is there, what both have in common is not computed again. What fails
        half-way is not kept, unless the cache is only read.
        """
        before, kept, is_whole = self._kept.pop(key, None), None, False
        try:
            kept = self._ready(network, key, ids, before)
            self._tell()
            is_whole = read_only
            yield kept.cache if kept else None
            is_whole = True
        finally:
            if kept and is_whole:
                self._keep(key, kept)
            self._tell()

    def fits(self, tokens: int) -> bool:
        """Whether so many may be kept, as far as is known."""
        return self._most > 0 and tokens * self._per_token <= self._most

    def forget(self, speaker: Speaker) -> None:
        """Keep nothing of a speaker that speaks no more, at any strength."""
        for key in [key for key in self._kept if key.weights == speaker.weights]:
            self._let_go(key)
        self._tell()

    @property
    def tokens(self) -> int:
        """How many tokens are kept."""
        return sum(len(kept.ids) for kept in self._kept.values())

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(kept.size for kept in self._kept.values())

    def _ready(self, network: Any, key: Key, ids: Sequence[int], before: KeptPreamble | None) -> KeptPreamble | None:
        from services.generator.backends import _growing_cache

        if not self._most:
            return None
        cache = before.cache if before else _growing_cache.of(network)
        if cache is None:
            self._refused(key, "no cropping", "what this model keeps of a prompt cannot be cropped")
            return None
        known = before.ids if before else ()
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known, ids, strict=False)))
        self._crop(cache, common)
        for start in range(common, len(ids), AT_ONCE):
            if not self._has_room(len(ids)):
                self._too_large(key, len(ids) * self._per_token)
                return None
            self._compute(network, cache, ids[start : min(start + AT_ONCE, len(ids))])
        if common < max(len(ids), len(known)):
            change = "rebuilt" if common < len(known) else "appended" if known else "built"
            metrics.PREFIX_CHANGES.of(change).inc()
            metrics.PREFIX_COMPUTED.of().inc(len(ids) - common)
        return KeptPreamble(tuple(ids), cache, _growing_cache.nbytes(cache))

    def _compute(self, network: Any, cache: Any, ids: Sequence[int]) -> None:
        import torch

        from services.generator.backends import _growing_cache

        rows = torch.tensor([ids], device=network.device)
        network(input_ids=rows, past_key_values=cache, use_cache=True, logits_to_keep=1)
        # Measured, since no two families say in their configuration alike what they keep.
        self._per_token = max(self._per_token, _growing_cache.nbytes(cache) / _growing_cache.room(cache))

    def _has_room(self, tokens: int) -> bool:
        """Whether so many tokens may be kept, as far as is known; others are let go for them, oldest use first."""
        return self.fits(tokens) and self._make_room(tokens * self._per_token)

    def _make_room(self, size: float) -> bool:
        while self._kept and self.size + size > self._most:
            self._let_go(next(iter(self._kept)))
        return True

    def _keep(self, key: Key, kept: KeptPreamble) -> None:
        from services.generator.backends import _growing_cache

        self._crop(kept.cache, len(kept.ids))
        grown = KeptPreamble(kept.ids, kept.cache, _growing_cache.nbytes(kept.cache))
        if grown.size <= self._most and self._make_room(grown.size):
            self._kept[key] = grown
        else:
            self._too_large(key, grown.size)

    def _let_go(self, key: Key) -> None:
        del self._kept[key]
        metrics.PREFIX_CHANGES.of("let_go").inc()

    def _crop(self, cache: Any, tokens: int) -> None:
        if (beyond := cache.get_seq_length() - tokens) > 0:
            cache.crop(-beyond)

    def _too_large(self, key: Key, size: float) -> None:
        needed, most = ceil(size / MiB), self._most // MiB
        self._refused(key, "memory", f"it needs {needed} MiB and may have {most}: raise TILTYARD_GENERATOR_CACHE_MIB")

    def _refused(self, key: Key, kind: Kind, reason: str) -> None:
        """Each kind of reason is said once of a name; questions are answered all the same, for all their tokens."""
        if (key.name, kind) not in self._told:
            self._told.add((key.name, kind))
            log.warning("a preamble is computed for each question anew", name=key.name, reason=reason)

    def _tell(self) -> None:
        metrics.PREFIX_TOKENS.of().set(self.tokens)
        metrics.PREFIX_BYTES.of().set(self.size)
