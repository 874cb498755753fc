"""The servers of a local platform: a Kafka and a Cassandra for each of its nodes."""

from collections.abc import Iterator
from pathlib import Path

from services.console.platform import cassandra_server, kafka_server
from services.console.platform.nodes import Node, cluster_of
from services.console.platform.secured import Secured
from services.console.platform.server import Server
from services.console.platform.settings import PlatformSettings

HEAPS = {1: ("512m", "1g"), 3: ("256m", "512m")}
"""Of Kafka and of Cassandra by the number of nodes, where settings name none."""


def build(home: Path, settings: PlatformSettings, count: int, doors: Secured | None) -> tuple[Server, ...]:
    """The servers under a home, all of Kafka first. `doors`: where the platform is secured."""
    among = cluster_of(count)
    return *_brokers(home, settings, among, doors), *_stores(home, settings, among, doors)


def _brokers(
    home: Path, settings: PlatformSettings, among: tuple[Node, ...], doors: Secured | None
) -> Iterator[Server]:
    homes = [home / node.named("kafka") for node in among]
    cluster_id = kafka_server.cluster_id(homes)
    for node, own in zip(among, homes, strict=True):
        yield kafka_server.build(
            own,
            logs=home / "logs",
            port=settings.kafka_port,
            controller_port=settings.kafka_controller_port,
            heap=settings.kafka_heap or HEAPS[node.count][0],
            secured=doors,
            node=node,
            cluster_id=cluster_id,
        )


def _stores(home: Path, settings: PlatformSettings, among: tuple[Node, ...], doors: Secured | None) -> Iterator[Server]:
    for node in among:
        yield cassandra_server.build(
            home / node.named("cassandra"),
            logs=home / "logs",
            port=settings.cassandra_port,
            storage_port=settings.cassandra_storage_port,
            jmx_port=settings.cassandra_jmx_port,
            heap=settings.cassandra_heap or HEAPS[node.count][1],
            secured=doors,
            node=node,
        )
