"""How often one person may do something."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from services.web.live.kept import Kept
from services.web.signing.people import Person

HOUR_S, MINUTE_S, PEOPLE = 3_600.0, 60.0, 10_000
NAMELESS, EVERYBODY = "", "*"
"""Under these names all count that keep no cookie, and all there are."""


class TooOftenError(ValueError):
    """More than one browser may do within a time."""


class Often:
    """How often each person did something within a time, in seconds; of the newest `PEOPLE` of them.

    `of_all`: how often all together may, where names can be made up; None where they cannot.
    """

    def __init__(
        self,
        most: int,
        within_s: float = MINUTE_S,
        clock: Callable[[], float] = monotonic,
        *,
        of_all: int | None = None,
    ) -> None:
        self._most, self._within_s, self._clock, self._of_all = most, within_s, clock, of_all
        self._times = Kept[str, deque[float]](PEOPLE)

    def count(self, person: Person) -> None:
        """Once more. Raises TooOftenError beyond the limit."""
        now = self._clock()
        own, every = self._lately(NAMELESS if person.is_new else person.name, now), self._lately(EVERYBODY, now)
        minutes = self._within_s / MINUTE_S
        if len(own) >= self._most:
            raise TooOftenError(f"{self._most} within {minutes:g} minutes are the most: come back later")
        if self._of_all is not None and len(every) >= self._of_all:
            raise TooOftenError(
                f"{self._of_all} within {minutes:g} minutes are the most of all browsers together, since nobody signs "
                "in here: come back later"
            )
        own.append(now)
        if self._of_all is not None:
            every.append(now)

    def _lately(self, name: str, now: float) -> deque[float]:
        """When it was within the time."""
        times = self._times.get(name) or deque()
        self._times.put(name, times)
        while times and now - times[0] > self._within_s:
            times.popleft()
        return times
