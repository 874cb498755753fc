"""Chance that is the same every time: drawn from a seed and a name, whatever else there is and in whatever order."""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(seed: int, *name: str) -> float:
    """A number in [0, 1) for a name."""
    digest = hashlib.sha256("\0".join([str(seed), *name]).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def generator(seed: int, *name: str) -> random.Random:
    """A source of chance of its own for a name."""
    return random.Random("\0".join([str(seed), *name]))  # noqa: S311  (a draw, not a secret)


def kept(items: Sequence[T], most: int, *, seed: int, name_of: Callable[[T], str]) -> list[T]:
    """At most `most` of the items in their order, chosen by chance."""
    if len(items) <= most:
        return list(items)
    lowest = sorted(range(len(items)), key=lambda place: (draw(seed, "kept", name_of(items[place])), place))[:most]
    return [items[place] for place in sorted(lowest)]
