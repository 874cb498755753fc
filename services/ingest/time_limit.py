"""Reading a stranger's text in a process of its own, which is ended where it takes too long or too much memory.

Extractors of articles and readers of PDF take minutes for some inputs, and no thread can be ended. The process is
started with the first text and stays; after one was ended, the next text gets a new one.
"""

import logging
import multiprocessing
import pickle
import resource
import signal
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from typing import Generic, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from shared.records import GivenUpError, InvalidMessageError

P = ParamSpec("P")
R = TypeVar("R")
MOST_BYTES = 4 * 1024**3
"""Of address space in the process; libraries and their tables take about 1 GiB of it."""
REMEMBERED = 1_000


class TimeLimited(Generic[P, R]):
    """A function of a module, called in another process. Raises InvalidMessageError whatever goes wrong in it,
    and GivenUpError where it did not end by itself.

    It may take `within_s` seconds, and the process `most_bytes` of address space. What failed once fails at once when
    it comes again, as it does when a batch is handled record by record.
    """

    def __init__(self, function: Callable[P, R], within_s: float, most_bytes: int = MOST_BYTES) -> None:
        self._function = function
        self._within_s = within_s
        self._most_bytes = most_bytes
        self._pool: ProcessPool | None = None
        self._failed: OrderedDict[bytes, InvalidMessageError] = OrderedDict()

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        key = sha256(pickle.dumps((arguments, named))).digest()
        if key in self._failed:
            raise type(self._failed[key])(str(self._failed[key]))
        try:
            return self._called(*arguments, **named)
        except InvalidMessageError as error:
            self._failed[key] = type(error)(str(error))  # without the traceback, which holds the text
            if len(self._failed) > REMEMBERED:
                self._failed.popitem(last=False)
            raise

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def _called(self, *arguments: P.args, **named: P.kwargs) -> R:
        for last in (False, True):
            try:
                return self._open().schedule(self._function, arguments, named, timeout=self._within_s).result()
            except TookTooLong as error:
                raise GivenUpError(f"reading it took longer than {self._within_s:g} s") from error
            except (ProcessExpired, BrokenProcessPool) as error:  # somebody may have ended it: it gets a second one
                self.close()
                if last:
                    raise GivenUpError("the process that read it ended") from error
            except InvalidMessageError:
                raise
            except MemoryError as error:
                self.close()  # what other texts left there may be to blame: it gets a new process
                if last:
                    most = f"{self._most_bytes / 2**20:,.0f} MiB"
                    raise InvalidMessageError(f"reading it took more memory than {most} (MemoryError)") from error
            except Exception as error:  # what a library says may quote the text
                raise InvalidMessageError(f"it cannot be read ({type(error).__name__})") from error
        raise AssertionError("the second call returns or raises")

    def _open(self) -> ProcessPool:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=1, initializer=_started, initargs=(self._most_bytes,), context=context)
        return self._pool


def _started(most_bytes: int) -> None:
    """In the new process: whoever started it decides when it ends, it may not take all the memory, and it logs nothing.

    What readers of text log may quote it.
    """
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
