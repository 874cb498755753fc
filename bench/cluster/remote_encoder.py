"""A server that speaks the OpenAI embeddings protocol and sleeps for as long as a model elsewhere would compute.

Requests sleep beside each other, as on a service that has a device for each of them. The vectors are made once; a text
gets one of them by its bytes, so that the server costs its machine little.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zlib import crc32

import numpy as np

VECTORS = 509


class RemoteEncoder(ThreadingHTTPServer):
    """Takes `passage_s` for each text. `asked` counts texts."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, dimensions: int, passage_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.passage_s, self.asked = passage_s, 0
        drawn = np.random.default_rng(1).normal(size=(VECTORS, dimensions))
        unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self._vectors = [json.dumps([round(number, 6) for number in row]) for row in unit.tolist()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def embed(self, texts: list[str]) -> str:
        """The answer's JSON, after the time that it takes."""
        self.asked += len(texts)
        time.sleep(self.passage_s * len(texts))
        rows = (
            f'{{"object": "embedding", "index": {place}, "embedding": {self._vectors[crc32(text.encode()) % VECTORS]}}}'
            for place, text in enumerate(texts)
        )
        usage = '{"prompt_tokens": 0, "total_tokens": 0}'
        return f'{{"object": "list", "model": "remote", "data": [{", ".join(rows)}], "usage": {usage}}}'


class _Handler(BaseHTTPRequestHandler):
    server: RemoteEncoder
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.server.embed(asked["input"]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """A line for each request is worth nothing here."""


@contextmanager
def serving(dimensions: int, passage_s: float) -> Iterator[RemoteEncoder]:
    """The server, for as long as the block runs."""
    with RemoteEncoder(dimensions, passage_s) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
