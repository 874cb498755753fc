"""Serving the pages by HTTP until the process is told to stop."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from services.web.settings import WebSettings

END_S, WAITING = 3, 128
"""Seconds that open pages have to end by themselves, and connections that wait to be served."""


class Server(uvicorn.Server):
    """One that ends with code 0 where it was told to stop, as our other processes do. `closing` ends open pages."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops at SIGTERM and at Ctrl-C, and does not send them on. In another thread signals are not ours."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As a signal calls it."""
        self._closing()
        super().handle_exit(sig, frame)

    def end(self) -> None:
        """From any thread: as if told to stop."""
        self._closing()
        self.should_exit = True


def server(app: FastAPI, settings: WebSettings, closing: Callable[[], None]) -> Server:
    """Not running yet. Raises ValueError where the certificate cannot be used."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=END_S,
        h11_max_incomplete_event_size=32 * 1024, proxy_headers=False,
        ssl_certfile=settings.certificate, ssl_keyfile=settings.key,
    )  # fmt: skip
    if settings.certificate:
        try:
            config.load()
        except OSError as error:
            raise ValueError(
                f"{settings.certificate} with {settings.key} is no certificate with its key: {error}"
            ) from error
    return Server(config, closing)


def listen(settings: WebSettings) -> socket.socket:
    """Takes the address: who connects from now on waits until pages are served. Raises ValueError where it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=WAITING)
    except OSError as error:
        raise ValueError(
            f"{settings.name}:{settings.port} cannot be served on ({error.strerror}): set TILTYARD_WEB_PORT to a free "
            "port, or TILTYARD_WEB_HOST to another loopback address"
        ) from error
