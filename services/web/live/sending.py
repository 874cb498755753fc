"""Sending dead letters again while pages are served: in a thread of its own, one action at a time."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from shared.lab.resending.plan import Plan
from shared.lab.resending.sending import Carrier, Ports, send_again
from shared.messages import ActionTaken

log = structlog.get_logger()


class BusyError(ConnectionError):
    """Other letters are being sent at the moment."""


class Sending:
    """`carrier` makes what reads and sends, within the thread. `write` keeps an action as it stands by now."""

    def __init__(self, carrier: Callable[[], Carrier], write: Callable[[ActionTaken], None]) -> None:
        self._carrier, self._write = carrier, write
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self.in_hand = ""

    def start(self, plan: Plan, action: ActionTaken) -> None:
        """Write the action down, and send. Raises BusyError, and ConnectionError where it cannot be written down."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise BusyError("other letters are being sent at the moment: wait until that has ended")
            self._write(action)
            self.in_hand = action.action_id
            self._thread = threading.Thread(target=self._run, args=(plan, action), name="sending", daemon=True)
            self._thread.start()

    def stop(self, within_s: float = 30.0) -> None:
        """Begin no further portion, and wait until the one in hand is written down."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(within_s)

    def wait(self, within_s: float = 30.0) -> None:
        """Until what is being sent has ended."""
        if self._thread is not None:
            self._thread.join(within_s)

    def _run(self, plan: Plan, action: ActionTaken) -> None:
        try:
            carrier = self._carrier()
            try:
                ports = Ports(carrier, self._write, lambda: datetime.now(UTC), self._stopping.is_set)
                send_again(plan, action, ports)
            finally:
                carrier.close()
        except Exception:
            log.exception("sending letters again ended", action=action.action_id)
        finally:
            self.in_hand = ""
