"""Where the servers of a local platform are reached, and how many copies of what is written they keep."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.console.platform.nodes import cluster_of

DATACENTER = "datacenter1"
"""As Cassandra's simple snitch calls it."""


@dataclass(frozen=True)
class Addresses:
    """Ports of a platform: of Kafka for everyone and for certificates, and of Cassandra; the same on each node."""

    kafka: int
    kafka_mtls: int
    cassandra: int
    nodes: int = 1

    @property
    def hosts(self) -> list[str]:
        """Of the nodes, the first one first."""
        return [node.host for node in cluster_of(self.nodes)]

    @property
    def bootstrap_servers(self) -> str:
        return self.brokers(self.kafka)

    @property
    def contact_points(self) -> str:
        return ",".join(self.hosts)

    def brokers(self, port: int) -> str:
        """All brokers, at one of Kafka's ports."""
        return ",".join(f"{host}:{port}" for host in self.hosts)

    @property
    def of_kafka(self) -> dict[str, str | int]:
        """What is Kafka's among settings. One node leaves the number of copies as it is set, which can only be 1."""
        alone: dict[str, str | int] = {"bootstrap_servers": self.bootstrap_servers}
        return alone if self.nodes == 1 else alone | {"replication_factor": self.nodes}

    @property
    def of_cassandra(self) -> dict[str, str | int]:
        """What is Cassandra's among settings."""
        alone: dict[str, str | int] = {"contact_points": self.contact_points, "port": self.cassandra}
        kept = f"{{'class': 'NetworkTopologyStrategy', '{DATACENTER}': {self.nodes}}}"
        return alone if self.nodes == 1 else alone | {"replication": kept}

    @property
    def environment(self) -> Mapping[str, str]:
        """The same for another process."""
        under = {"TILTYARD_KAFKA_": self.of_kafka, "TILTYARD_CASSANDRA_": self.of_cassandra}
        return {prefix + name.upper(): str(value) for prefix, of in under.items() for name, value in of.items()}
