"""What a fault is: something that is done to one part, held for a while, and undone."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.cluster.faulting.installation import Installation


class SkippedError(RuntimeError):
    """A fault cannot be made on this machine or on these servers; the message says why."""


@dataclass(frozen=True)
class Fault:
    """`begin` and `end` may take a while. Time to recover counts from the call of `end`: undoing is part of it."""

    target: str
    begin: Callable[[], None]
    end: Callable[[], None]
    hold_s: float


Draw = Callable[[Installation, Random], Fault]
"""Makes the next fault of a kind."""
