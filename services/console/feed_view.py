"""What a feed says while it is read: that it is watched, what each pass did, and how far a long one is."""

import time
from collections.abc import Callable

from services.console import output
from shared.jobs.feeding import (
    FeedEvent,
    FeedRead,
    FeedStopped,
    FeedUnavailable,
    FeedWatched,
    ItemBad,
    PortionPublished,
)

SO_FAR_S, QUIET_S = 10.0, 60.0


class FeedView:
    """Tells a person of the events of one feed, in their order.

    Of a feed that is watched, passes that found nothing new are told together, once a minute: there may be one every
    second. `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._watching = False
        self._passes = 0
        self._quiet = 0
        self._told = clock()

    def __call__(self, event: FeedEvent) -> None:
        match event:
            case FeedWatched():
                self._watching = True
                self._say(
                    f"Watching {event.feed}: a pass every {event.every_s:g} s. Ctrl-C ends it; it finishes what "
                    "it has in hand and goes on from there next time."
                )
            case ItemBad():
                self._beside(f"{event.where}: {event.reason}")
            case FeedUnavailable():
                self._beside(f"{event.reason}; trying again in {event.retry_s:g} s")
            case PortionPublished() if self._clock() - self._told >= SO_FAR_S:
                self._beside(f"so far: {_counts(event)}")
            case FeedRead():
                self._passed(event)
            case FeedStopped():
                self._tell_of_quiet_passes()

    def _passed(self, event: FeedRead) -> None:
        self._passes += 1
        changed = event.published or event.retracted or event.bad
        if changed or self._passes == 1 or not self._watching:
            self._tell_of_quiet_passes()
            self._say(_counts(event))
            return
        self._quiet += 1
        if self._clock() - self._told >= QUIET_S:
            self._tell_of_quiet_passes()

    def _tell_of_quiet_passes(self) -> None:
        if self._quiet:
            passes = "1 pass" if self._quiet == 1 else f"{self._quiet} passes"
            self._quiet = 0
            self._say(f"{passes} found nothing new")

    def _say(self, line: str) -> None:
        self._told = self._clock()
        output.say(line)

    def _beside(self, line: str) -> None:
        self._told = self._clock()
        output.err.print(line, markup=False, soft_wrap=True)


def _counts(event: PortionPublished | FeedRead) -> str:
    return f"published: {event.published}; retracted: {event.retracted}; unchanged: {event.unchanged}; bad: {event.bad}"
