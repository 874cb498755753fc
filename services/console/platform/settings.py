"""Settings of the servers on this machine, and a copy of them for a platform that runs beside the usual one."""

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field

from services.console.platform import ports
from services.console.platform.nodes import Count, cluster_of
from shared.installation import InstallationSettings
from shared.settings import EmptyIsUnset, Settings, under

_HEAP = r"^[1-9][0-9]*[kmgKMG]$"
PREFIX = "TILTYARD_PLATFORM_"


class PlatformSettings(Settings, InstallationSettings):
    """Where the servers live on this machine, how many of each, which ports they take, and how much memory."""

    model_config = under("PLATFORM") | {"populate_by_name": True}
    home: Path = Field(
        default=Path(".tiltyard"),
        validation_alias=AliasChoices(f"{PREFIX}HOME", "TILTYARD_HOME"),
        description="folder of jars, configuration, data and logs; else TILTYARD_HOME",
    )
    jars: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="folder of jars, shared by several homes; empty: <home>/jars"
    )
    nodes: Annotated[Count | None, EmptyIsUnset] = Field(
        default=None, description="1 or 3 of Kafka and of Cassandra; empty: as the home was made, and 1 in a new one"
    )
    kafka_port: int = 19092
    kafka_controller_port: int = 19093
    kafka_mtls_port: int = Field(default=19094, description="of a secured Kafka, for those who come with a certificate")
    kafka_heap: Annotated[str | None, EmptyIsUnset] = Field(
        default=None, pattern=_HEAP, description="of each broker; empty: 512m, and 256m where there are three"
    )
    cassandra_port: int = 19042
    cassandra_storage_port: int = 17000
    cassandra_jmx_port: int = Field(default=17199, description="of the first node; each further one has the next")
    cassandra_heap: Annotated[str | None, EmptyIsUnset] = Field(
        default=None, pattern=_HEAP, description="of each node; empty: 1g, and 512m where there are three"
    )
    secure: bool = Field(default=False, description="TLS, passwords and grants on all servers; once so, always so")
    start_within_s: float = Field(
        default=120.0, gt=0, description="for each server to answer; three nodes have three times as long"
    )

    @property
    def own_jars(self) -> Path:
        return self.jars or self.home / "jars"


def free_ports(nodes: int = 1) -> dict[str, int]:
    """A free port for every port among the settings, by its name: a platform with them runs beside any other.

    With several nodes a port is free at the address of each, and so are those that follow it there.
    """
    names = [name for name in PlatformSettings.model_fields if name.endswith("_port")]
    free = ports.find_free(len(names), hosts=[node.host for node in cluster_of(nodes)])
    return dict(zip(names, free, strict=True))


def isolated(
    home: Path, usual: PlatformSettings, *, secure: bool = False, nodes: Count | None = None
) -> PlatformSettings:
    """Settings for a platform of its own in `home`, for trials and tests; it shares the usual platform's jars.

    `nodes`: of each server; None for as many as usual.
    """
    count = nodes or usual.nodes or 1
    own = {"home": home, "jars": usual.own_jars.absolute(), "secure": secure, "nodes": count}
    return usual.model_copy(update=own | free_ports(count))
