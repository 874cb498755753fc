"""Serving the pages by HTTP until the process is told to stop."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from services.web.settings import WebSettings

END_S, WAITING = 3, 128
"""Seconds that open pages have to end by themselves, and connections that wait to be served."""


class Server(uvicorn.Server):
    """One that ends with code 0 where it was told to stop, as our other processes do."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops at SIGTERM and at Ctrl-C, and does not send them on."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(settings: WebSettings) -> socket.socket:
    """Takes the address: who connects from now on waits until pages are served. Raises ValueError where it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=WAITING)
    except OSError as error:
        raise ValueError(
            f"{settings.host}:{settings.port} cannot be taken ({error.strerror}): another process serves there; set "
            "TILTYARD_WEB_PORT"
        ) from error


def serve(app: FastAPI, on: socket.socket) -> None:
    """Returns when the process was told to stop; closes what it listened on."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=END_S,
        h11_max_incomplete_event_size=32 * 1024,
    )  # fmt: skip
    with on:
        Server(config).run(sockets=[on])
