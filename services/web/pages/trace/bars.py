"""Legs as bars on one axis of time, in the units of a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.web.pages.trace.question_way import Kind, Leg, ms_between

WIDTH, LEAST = 1_000.0, 2.0
"""Of a drawing, and of a part that took any time at all."""


@dataclass(frozen=True)
class Piece:
    """A part as a rectangle: from `x` on, so wide."""

    kind: Kind
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A leg with its parts, one after the other."""

    leg: Leg
    pieces: tuple[Piece, ...]


def bars(legs: Sequence[Leg]) -> list[Bar]:
    """One for each leg; the axis goes from where the first begins to where the last one ends."""
    if not legs:
        return []
    start = min(leg.began_at for leg in legs)
    whole = max(ms_between(start, leg.ended_at) for leg in legs) or 1.0
    return [Bar(leg, _pieces(leg, start, whole)) for leg in legs]


def _pieces(leg: Leg, start: datetime, whole: float) -> tuple[Piece, ...]:
    """Where clocks differ a part may be negative and is not drawn; what leaves the axis is cut off."""
    pieces, at = [], ms_between(start, leg.began_at)
    for part in leg.parts:
        if part.ms > 0:
            x = min(max(0.0, at / whole * WIDTH), WIDTH - LEAST)
            width = min(max(LEAST, part.ms / whole * WIDTH), WIDTH - x)
            pieces.append(Piece(part.kind, round(x, 1), round(width, 1)))
        at += part.ms
    return tuple(pieces)
