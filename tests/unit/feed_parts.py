"""What tests of feeds share: reading a feed into memory again and again, and a small web site on this machine."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services.ingest.feed_pass import Counts, Pass
from services.ingest.marking import Marked, Marking
from services.ingest.ports import Feed
from shared.jobs.feeding import FeedEvent, ItemBad
from shared.memory.feeds import MemoryFeeds
from shared.messages import DocumentPublished, Message
from shared.topology import AnyTopic
from tests.builders import NOON


@dataclass
class Reader:
    """Reads feeds with a state that outlives them, as a restarted process would; each pass is an hour later."""

    state: MemoryFeeds = field(default_factory=MemoryFeeds)
    published: list[DocumentPublished] = field(default_factory=list)
    events: list[FeedEvent] = field(default_factory=list)
    marking: Marking = field(default_factory=Marking)
    now: datetime = NOON
    refuse: bool = False

    def publish(self, _: AnyTopic, messages: Iterable[Message]) -> int:
        """A broker that takes everything, or nothing."""
        if self.refuse:
            raise ConnectionError("no broker")
        taken = [message for message in messages if isinstance(message, DocumentPublished)]
        self.published += taken
        return len(taken)

    def read(self, feed: Feed, stopping: Callable[[], bool] = lambda: False) -> list[DocumentPublished]:
        """What one pass published."""
        before = len(self.published)
        self.counts(feed, stopping)
        return self.published[before:]

    def counts(self, feed: Feed, stopping: Callable[[], bool] = lambda: False) -> Counts:
        self.now += timedelta(hours=1)
        bookmark = Marked(self.state, feed.name, self.marking)
        return Pass(feed, bookmark, self, lambda: self.now, self.events.append, stopping)()

    @property
    def bad(self) -> list[str]:
        return [f"{event.where}: {event.reason}" for event in self.events if isinstance(event, ItemBad)]


@dataclass
class Answer:
    """What the site says under one path. A `hold` delays the end of the body until it is set."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


@dataclass
class Site:
    """A web site on 127.0.0.1; an answer with an ETag is given once to whoever shows it again."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def a_site() -> Iterator[Site]:
    """A site that serves until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            answer = site.answers.get(self.path, Answer(b"not here", 404))
            tag = answer.headers.get("ETag")
            known = tag is not None and self.headers.get("If-None-Match") == tag
            self.send_response(304 if known else answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            body = b"" if known else answer.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._send(body, answer.hold)

        def _send(self, body: bytes, hold: threading.Event | None) -> None:
            try:
                self.wfile.write(body[: len(body) // 2])
                if hold is not None:
                    self.wfile.flush()
                    hold.wait(30)
                self.wfile.write(body[len(body) // 2 :])
            except ConnectionError:
                """The reader had enough."""

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is inherited)
            """Tests need no log of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
