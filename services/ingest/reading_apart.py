"""Where feeds read what strangers wrote: a process of its own, one for all feeds, under limits of time and memory.

Readers of PDF, Markdown, HTML and RSS take minutes or gigabytes for some inputs. What takes too much is reported.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from services.ingest.feed_settings import FeedSettings
from services.ingest.time_limit import TimeLimited
from shared.records import InvalidMessageError, bounded

P = ParamSpec("P")
R = TypeVar("R")
_LIMITED: dict[tuple[float, int], TimeLimited[..., Any]] = {}
"""By their limits; a process starts with the first text."""


def read_apart(settings: FeedSettings, function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """What a function of a module makes of it there; raises InvalidMessageError that says why it makes nothing."""
    made: R = _limited(settings.reading_within_s, settings.reading_bytes)(function, *arguments, **named)
    return made


def close() -> None:
    """End the process; the next text starts another one."""
    for limited in _LIMITED.values():
        limited.close()


def _limited(within_s: float, most_bytes: int) -> TimeLimited[..., Any]:
    if (within_s, most_bytes) not in _LIMITED:
        _LIMITED[within_s, most_bytes] = TimeLimited(_called, within_s, most_bytes)
    return _LIMITED[within_s, most_bytes]


def _called(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Call it; what it stumbles over is told to an operator in its own words, as an error that every process reads."""
    try:
        return function(*arguments, **named)
    except MemoryError:
        raise
    except Exception as error:  # a reader raises anything for what is broken
        raise InvalidMessageError(bounded(f"{error}" or type(error).__name__)) from None
