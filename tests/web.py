"""The pages over a broker in memory, as tests and trials use them."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import Request
from fastapi.testclient import TestClient

from services.web.app import application
from services.web.live.dead import DEAD
from services.web.live.pieces import Shown
from services.web.live.site import FOLLOWED, Site
from services.web.pages.streams import Show
from services.web.ports import StandingRevisions
from services.web.safety import Browser
from services.web.settings import WebSettings
from services.web.signing.people import Person
from services.web.signing.ways import Signing, ThisMachine
from services.web.store import NoStore
from shared.costs import CostSettings
from shared.lab.voting.settings import VotingSettings
from shared.memory.broker import MemoryBroker
from shared.memory.lags import MemoryLags
from shared.memory.letters import MemoryLetters
from shared.messages import DocumentIndexed, Message
from shared.topology import STEPS, AnyTopic
from tests.builders import NOON

T = TypeVar("T")
ADDRESS = "http://127.0.0.1:19480"
SOMEBODY = Person("somebody", voter="web-somebody", role="operator")


@dataclass(frozen=True)
class Signed:
    """A way of signing in in which everybody is this person, and nobody where it is None."""

    person: Person | None
    by_token: bool = False

    def who(self, request: Request, browser: Browser) -> Person | None:
        """The one."""
        del request, browser
        return self.person

    def with_token(self, token: str) -> None:
        """Nobody has one."""

    def is_secure(self, request: Request) -> bool:
        """By http."""
        del request
        return False


@dataclass
class Publishing:
    """Puts messages on the broker, or fails as one that is away."""

    broker: MemoryBroker
    away: bool = False

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """Raises ConnectionError while it is away."""
        if self.away:
            raise ConnectionError("the broker did not confirm it within 5 s")
        self.broker.publish(topic, message)


@dataclass
class Pages:
    """A site with its broker; each browser has its own cookies."""

    broker: MemoryBroker = field(default_factory=MemoryBroker)
    settings: WebSettings = field(default_factory=WebSettings)
    voting: VotingSettings = field(default_factory=VotingSettings)
    signing: Signing = field(default_factory=ThisMachine)
    store: StandingRevisions = field(default_factory=NoStore)
    costs: CostSettings = field(default_factory=CostSettings)
    letters: Callable[[MemoryBroker], MemoryLetters] = MemoryLetters

    def __post_init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self.publishing = Publishing(self.broker)
        lags = MemoryLags(self.broker, {topic.name for step in STEPS for topic in step.reads})
        self.site = Site(
            self.settings, self.voting, self.publishing, self.signing,
            store=self.store, costs=self.costs, lagging=lags, letters=self._carrier,
        )  # fmt: skip
        self._read: Counter[tuple[str, int]] = Counter()
        self.site.finish_reading()

    def publish(self, topic: AnyTopic, *messages: Message) -> None:
        """As others do, and seen at once."""
        self.broker.publish(topic, *messages)
        self.read()

    def read(self) -> None:
        """Take in what is new on the topics."""
        for topic in (*(followed.name for followed in FOLLOWED), *DEAD):
            for partition in range(self.broker.partitions):
                for record in self.broker.after(topic, partition, self._read[topic, partition]):
                    self._read[topic, partition] += 1
                    self.site.take(record)

    @contextmanager
    def held(self) -> Iterator[None]:
        """No dead letter is read meanwhile."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def _carrier(self) -> MemoryLetters:
        assert self._free.wait(30)
        return self.letters(self.broker)

    def browser(self) -> TestClient:
        """Somebody who has not been here before."""
        return TestClient(application(self.site), base_url=ADDRESS, follow_redirects=False)


def signed_in_as(pages: Pages, browser: TestClient, person: Person | None) -> TestClient:
    """The same browser once somebody else has signed in, or nobody."""
    pages.site.signing = Signed(person)
    another = pages.browser()
    another.cookies = browser.cookies
    return another


def shows(make: Callable[[], Shown]) -> Show:
    """A piece that is the same for everybody."""
    return lambda *_: make()


def looked(pages: Pages, look: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What comes of it in a loop in which pages are served."""

    async def serving() -> T:
        pages.site.changes.serve_from(asyncio.get_running_loop())
        return await asyncio.wait_for(look(), 60.0)

    return asyncio.run(serving())


def mark_in(page: str) -> str:
    """The mark of the page's form."""
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found, page
    return found[1]


def announced(name: str, revision: int = 1, **changes: object) -> DocumentIndexed:
    """The announcement of a revision, with the times of its way."""
    at = {"appended_at": NOON, "ingested_at": NOON + timedelta(milliseconds=20)}
    given = {"document_id": name, "revision": revision, "first_seen_at": NOON, "published_at": NOON, "chunk_count": 1}
    given |= {"encoder": "e", "stored_at": NOON + timedelta(milliseconds=60), "content_hash": "c0"}
    return DocumentIndexed.model_validate(given | at | changes)
