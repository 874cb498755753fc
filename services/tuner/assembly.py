"""Putting the tuner together from its policy: the same over Kafka, and in memory."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime

from services.tuner.settings import TunerSettings
from services.tuner.tuner import Tuner, World
from shared.jobs.tuning import AdapterReport
from shared.messages import AdapterAnnounced, Standing, TuningDecided


@dataclass(frozen=True)
class Ports:
    """What the tuner needs from outside: the world as it stands at each call, and where decisions go.

    `decided`: what was decided before, by id; the tuner adds its own. `publish` stores an event before it returns.
    `not_learned`, `train` and `now` are as in World and Tuner.
    """

    adapters: Callable[[], Mapping[str, AdapterAnnounced]]
    standings: Callable[[], Mapping[str, Standing]]
    decided: MutableMapping[str, TuningDecided]
    not_learned: Callable[[AdapterAnnounced | None], int]
    publish: Callable[[TuningDecided], None]
    train: Callable[[], AdapterReport]
    now: Callable[[], datetime]


def assemble(ports: Ports, policy: TunerSettings) -> Tuner:
    """The tuner as it ships: what it has published it knows, without reading it back."""

    def say(event: TuningDecided) -> None:
        ports.publish(event)
        ports.decided[event.tuning_id] = event

    world = World(ports.adapters, ports.standings, lambda: ports.decided, ports.not_learned)
    return Tuner(policy, world, say, ports.train, ports.now)
