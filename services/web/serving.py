"""Serving the pages by HTTP until the process is told to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from services.web.settings import WebSettings

END_S = 3
"""That open pages have to end by themselves."""


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


def serve(app: FastAPI, settings: WebSettings) -> None:
    """Returns when the process was told to stop. Raises OSError where the address is taken."""
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=END_S, h11_max_incomplete_event_size=32 * 1024,
    )  # fmt: skip
    socket = config.bind_socket()
    try:
        Server(config).run(sockets=[socket])
    finally:
        socket.close()
