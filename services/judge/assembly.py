"""Putting a judge together from its settings: the same over Kafka, and in memory."""

from functools import partial

from services.judge.announced import Announced
from services.judge.case import setup_of
from services.judge.handler import judge
from services.judge.ports import Backend
from services.judge.settings import JudgeSettings
from shared import topology
from shared.bus import Bus
from shared.messages import Verdicts
from shared.runner import Runner


def name_of(settings: JudgeSettings) -> str:
    """The judge's name as a process, and its group's."""
    return f"judge-{settings.name}"


def assemble(bus: Bus, backend: Backend, settings: JudgeSettings) -> Runner[Verdicts]:
    """The judge as it ships. Raises ValueError where a prompt is not there or not complete."""
    announced = Announced()
    handle = partial(judge, setup=setup_of(settings, backend), announced=announced)
    return Runner(
        service=bus.name,
        source=bus.source([topology.RESULTS], on_assigned=announced.forget),
        handle=handle,
        sinks=[bus.sink(topology.VERDICTS, published), announced],
        dead_letters=bus.dead_letters(),
        limit=settings.batch,
    )


def published(verdicts: Verdicts) -> list[Verdicts]:
    """Verdicts go out as they are."""
    return [verdicts]
