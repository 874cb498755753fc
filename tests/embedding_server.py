"""A server on this machine that speaks the OpenAI embeddings protocol over the hashing encoder."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.encoders.hashing import HashingEncoder


class EmbeddingServer(ThreadingHTTPServer):
    """Gives vectors of length 3, last text first; `answers` are statuses for the requests to come, 200 after them."""

    daemon_threads = True

    def __init__(self, dimensions: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.encoder = HashingEncoder(dimensions)
        self.answers: list[int] = []
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def embed(self, texts: list[str]) -> list[dict[str, Any]]:
        rows = enumerate((3 * self.encoder.encode(texts)).tolist())
        return [{"object": "embedding", "index": place, "embedding": vector} for place, vector in reversed(list(rows))]


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(asked | {"path": self.path, "key": self.headers["Authorization"]})
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 200 and not all(asked["input"]):
            status = 400
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        body: dict[str, Any] = {"error": {"message": f"no: {asked['input']}"}}
        if status == 200:
            body = {
                "object": "list", "model": asked["model"], "data": self.server.embed(asked["input"]), "usage": usage,
            }  # fmt: skip
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """A test's output is for its failures."""


@contextmanager
def serving(dimensions: int = 64) -> Iterator[EmbeddingServer]:
    """The server, for as long as the block runs."""
    with EmbeddingServer(dimensions) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
