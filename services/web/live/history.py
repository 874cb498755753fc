"""How standings changed: the means of what ranks arms, as each standing told them that the topic still keeps."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.sizes import size_of
from shared.lab.report.plots.drawing import alone
from shared.lab.report.plots.history import over_time
from shared.messages import Standing
from shared.scoring.catalogue import HEADLINE
from shared.statistics.intervals import Interval

SLICES, POINTS = 64, 120
"""Of the slices in which something was counted last, and of each so many points; where there are more, every second
goes, so that what is left still reaches over the whole time."""

_DRAWING = threading.Lock()
"""How pictures look is said for the whole process while one is drawn."""


@dataclass(frozen=True)
class Point:
    """The arms' means when the standing's newest question had been scored."""

    at: datetime
    means: Mapping[str, Interval]


class History:
    """By the standings' keys. One thread takes standings in, any may look."""

    def __init__(self, most_bytes: int, slices: int = SLICES, points: int = POINTS) -> None:
        self._most = points
        self._points = Kept[str, tuple[Point, ...]](slices, most_bytes)

    def of(self, standing: Standing | None) -> tuple[Point, ...]:
        """In the order of time; none of a slice that is not kept."""
        return self._points.get(standing.key) or () if standing else ()

    def take(self, standing: Standing) -> None:
        """One that is older than what is known, as a scorer tells while it counts anew, is left out."""
        point = Point(standing.counted_at, dict(_means(standing)))
        points = self.of(standing)
        if points and points[-1].at == point.at:
            points = points[:-1]
        if not points or points[-1].at < point.at:
            points = (*points, point)
        if len(points) > self._most:
            points = (*points[:-1:2], points[-1])
        self._points.put(standing.key, points, size_of(points))


def _means(standing: Standing) -> list[tuple[str, Interval]]:
    told = ((arm, estimates.get(HEADLINE)) for arm, estimates in standing.arms.items())
    return [(arm, Interval(of.n, of.mean, *of.ci95)) for arm, of in told if of is not None]


def picture(points: Sequence[Point], arms: Sequence[str]) -> str:
    """As an SVG file."""
    with _DRAWING:
        return alone(over_time([(point.at, point.means) for point in points], arms))
