"""The pages over a broker in memory, as tests and trials use them."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.testclient import TestClient

from services.web.app import application
from services.web.live.dead import DEAD
from services.web.live.site import FOLLOWED, Site
from services.web.safety import Browser
from services.web.settings import WebSettings
from services.web.signing.people import Person
from services.web.signing.ways import Signing, ThisMachine
from shared.lab.voting.settings import VotingSettings
from shared.memory.broker import MemoryBroker
from shared.memory.letters import MemoryLetters
from shared.messages import Message
from shared.topology import AnyTopic

ADDRESS = "http://127.0.0.1:19480"
SOMEBODY = Person("somebody", voter="web-somebody", role="operator")


@dataclass(frozen=True)
class Signed:
    """A way of signing in in which everybody is this person, and nobody where it is None."""

    person: Person | None

    def who(self, request: Request, browser: Browser) -> Person | None:
        """The one."""
        del request, browser
        return self.person


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
    letters: Callable[[MemoryBroker], MemoryLetters] = MemoryLetters

    def __post_init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self.publishing = Publishing(self.broker)
        self.site = Site(self.settings, self.voting, self.publishing, self.signing, letters=self._carrier)
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


def mark_in(page: str) -> str:
    """The mark of the page's form."""
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found, page
    return found[1]
