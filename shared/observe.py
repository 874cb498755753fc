"""What operators see of a service: JSON logs, Prometheus metrics, and whether it is ready; `probes.py` serves them."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter, time

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from shared import tracebacks
from shared.masking import masked, masked_inside
from shared.records import RawRecord
from shared.telemetry import health, metrics, tracing

_QUIET = ("aiokafka", "httpcore", "httpx", "huggingface_hub", "openai")
"""Libraries that log requests with their addresses and bodies below WARNING: documents and questions among them."""


def configure_logging(service: str, level: str) -> None:
    """One JSON object a line on standard error, with the service's name in each; no secrets, nor in tracebacks."""
    tracebacks.mask()
    logging.basicConfig(level=level, stream=sys.stderr, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Masking("%(message)s"))
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            lambda _, __, event: {"service": service, **event},  # in every thread
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),  # locals hold secrets
            lambda _, __, event: masked_inside(event),
            structlog.processors.JSONRenderer(default=lambda value: masked(str(value))),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class _Masking(logging.Formatter):
    """Lines of libraries, their tracebacks included, without the secrets of the addresses in them."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def taken(service: str, records: Sequence[RawRecord]) -> None:
    """Count the records of a batch, and how long each waited since the broker took it."""
    metrics.RECORDS.of(service).inc(len(records))
    queued, now = metrics.QUEUE_SECONDS.of(service), time()
    for record in records:
        queued.observe(max(0.0, now - record.appended_at.timestamp()))


def took(service: str, seconds: float) -> None:
    """Time a batch, from its handling to the end of its flush."""
    metrics.BATCH_SECONDS.of(service).observe(seconds)


@contextmanager
def batch(service: str, records: Sequence[RawRecord]) -> Iterator[None]:
    """Count, time and trace a batch, where all of it is in one place."""
    taken(service, records)
    started, trail = perf_counter(), tracing.taken(service, records)
    with trail.working():
        yield
    trail.ended(records)
    took(service, perf_counter() - started)


def watch_dead_share(service: str, share: Callable[[], float], alarm: Callable[[], str]) -> None:
    """Show a share of dead letters from now on; what `alarm` says stands on `/ready`, whose status stays."""
    metrics.DEAD_SHARE.of(service).set_function(share)
    health.alarm(service, "dead letters", alarm)


class Readiness:
    """Whether a service consumes, as a value that its probe and its metrics share."""

    def __init__(self, service: str) -> None:
        self._gauge = metrics.READY.of(service)
        self._ready = threading.Event()
        self._gauge.set(0)

    def announce(self) -> None:
        self._ready.set()
        self._gauge.set(1)

    def __bool__(self) -> bool:
        return self._ready.is_set()
