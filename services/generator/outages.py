"""Servers that are away for a while: whoever needs one is told why, and between two vain tries nobody waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

AGAIN_S = 30.0
log = structlog.get_logger()


class AwayError(ConnectionError):
    """What is needed cannot be had now; it may be there when somebody asks again."""


@dataclass
class Reached:
    """Something that is needed, `name` in words, and the reason while it cannot be had."""

    name: str
    _away: str = field(default="", init=False)
    _again_at: float = field(default=0.0, init=False)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """For a piece of work that needs it, which may raise OSError, RuntimeError or ValueError.

        Raises AwayError in their place, and for AGAIN_S after that without any work. A reason is logged once, until it
        is another one or the work is done.
        """
        if self._away and time.monotonic() < self._again_at:
            raise AwayError(self._away)
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            if self._away != str(error):
                log.warning("what arms need is away", what=self.name, reason=str(error))
            self._away, self._again_at = str(error), time.monotonic() + AGAIN_S
            raise AwayError(self._away) from error
        self._away = ""
