"""Tracebacks of what nobody expected, without the secrets of the addresses in them.

An error's message often repeats an address, and the interpreter prints it as it is.
"""

import sys
import threading
import traceback

from shared.masking import masked
from shared.printable import escaped


def tell(error: BaseException) -> None:
    """The traceback, on standard error."""
    sys.stderr.write(escaped(masked("".join(traceback.format_exception(error)))))


def mask() -> None:
    """From now on whatever ends this process or a thread of it, or is raised where nobody can catch it."""
    sys.excepthook = lambda _, error, __: tell(error)
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable


def _of_thread(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_value is not None and not isinstance(raised.exc_value, SystemExit):
        tell(raised.exc_value)


def _unraisable(raised: "sys.UnraisableHookArgs") -> None:
    if raised.exc_value is not None:
        tell(raised.exc_value)
