"""Putting a generator worker together from its settings: the same over Kafka, and in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.generator.adapters import Announced, NewestAdapters
from services.generator.arms import Served
from services.generator.counting import Counted
from services.generator.handler import answer
from services.generator.newest_news import NewestNews
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.spans import Traced
from shared import topology
from shared.bus import Bus
from shared.contests.calendar import Calendar
from shared.messages import Answer
from shared.runner import Runner

READ: list[topology.AnyTopic] = [topology.QUESTIONS, topology.EVIDENCE]  # whatever the next contest asks for


@dataclass(frozen=True)
class Ports:
    """What a worker needs from outside. `contests` knows all announced before the call, `now` is the clock.

    `news`: for arms with context `cag`, which cannot be asked without; others need no store.
    """

    bus: Bus
    backend: Backend
    adapters: Announced
    contests: Callable[[], Calendar]
    now: Callable[[], datetime]
    news: NewestNews | None = None


def name_of(settings: GeneratorSettings) -> str:
    """The worker's name, and its group's."""
    return f"generator-{settings.worker}"


def assemble(ports: Ports, settings: GeneratorSettings) -> Runner[Answer]:
    """The worker as it ships, the newest adapters taken up.

    Raises ValueError where an arm of today's contest cannot be asked here, or the backend cannot do what is set.
    """
    newest = NewestAdapters(ports.backend, ports.adapters, settings)
    newest.keep_up()
    if settings.choices == "likelihood":
        ports.backend.score([], [])  # one that cannot weigh choices says so now
    ask = partial(
        answer,
        served=Served.of(settings, ports.contests, ports.news),
        backend=Traced(newest.speaking),
        now=ports.now,
        longest=settings.max_new_tokens,
        choices=settings.choices,
    )
    return Runner(
        service=ports.bus.name,
        source=ports.bus.source(READ),
        handle=newest.before(ports.news.before(ask) if ports.news else ask),
        sinks=[ports.bus.sink(topology.ANSWERS, published), Counted()],
        dead_letters=ports.bus.dead_letters(),
        limit=settings.batch,
    )


def published(answered: Answer) -> list[Answer]:
    """An answer goes out as it is."""
    return [answered]
