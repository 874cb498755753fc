"""What operators see of the key-value caches of a worker: their size, and what was computed for them."""

from typing import Literal

from prometheus_client import Counter, Gauge

Change = Literal["built", "appended", "rebuilt", "let_go"]
_BYTES = Gauge("tiltyard_prefix_cache_bytes", "Memory of the keys and values that a worker keeps")
_TOKENS = Gauge("tiltyard_prefix_cache_tokens", "Tokens whose keys and values a worker keeps")
_CHANGES = Counter("tiltyard_prefix_cache_changes", "Changes of kept preambles", ["change"])
_COMPUTED = Counter("tiltyard_prefix_cache_computed_tokens", "Tokens computed to be kept")


def holds(tokens: int, size: int) -> None:
    """`size` in bytes."""
    _TOKENS.set(tokens)
    _BYTES.set(size)


def changed(change: Change, computed: int = 0) -> None:
    """`computed`: tokens that had to be computed for it."""
    _CHANGES.labels(change=change).inc()
    _COMPUTED.inc(computed)
