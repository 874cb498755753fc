"""Putting embedder together from its settings: the same over Kafka and Cassandra, and in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.embedder.encoders import Announced, EncodersInUse
from services.embedder.handler import Embed, Embedded, announced
from services.embedder.settings import EmbedderSettings
from services.embedder.tables import Table, Tables
from shared import topology
from shared.bus import Bus
from shared.retention import FOREVER, Retention
from shared.runner import Runner
from shared.settings import EncoderSettings


@dataclass(frozen=True)
class Ports:
    """What embedder needs from outside. `table` makes the table of an encoder by its name, `keep` has the clock."""

    bus: Bus
    encoders: Announced
    table: Callable[[str], Table]
    keep: Retention = FOREVER


def assemble(ports: Ports, settings: EmbedderSettings, *, encoder: EncoderSettings) -> Runner[Embedded]:
    """The service as it ships, its encoders loaded; `encoder` serves until another is announced.

    Raises what the serving encoder raises where it cannot be loaded.
    """
    encoders = EncodersInUse(ports.encoders, encoder)
    encoders()  # loads them before the first batch comes
    return Runner(
        service=ports.bus.name,
        source=ports.bus.source([topology.CHUNKS]),
        handle=Embed(encoders, ports.keep.now),
        sinks=[Tables(ports.table), ports.bus.sink(topology.INDEXED, partial(announced, now=ports.keep.now))],
        dead_letters=ports.bus.dead_letters(),
        limit=settings.batch,
        portion_bytes=settings.portion_bytes,
        overlaps=True,  # encoding takes both cores' time and storing mostly waits
    )
