"""A node of the local Cassandra, from `deploy/local/cassandra-*` and `deploy/local/cassandra.yaml`."""

from functools import partial
from pathlib import Path

from services.console.platform import ports, probes, templates
from services.console.platform.nodes import ALONE, Node
from services.console.platform.secured import Secured
from services.console.platform.server import Server

WAITS: dict[bool, dict[str, str | int]] = {
    False: {"ring_delay_ms": 0, "announce_ms": 0, "settle": 0},
    True: {"ring_delay_ms": 3000, "announce_ms": 1000, "settle": -1},
}
"""For how long a node waits for others, by whether there are any; `settle`: -1 for until nothing new is heard."""


def build(
    home: Path,
    *,
    logs: Path,
    port: int,
    storage_port: int,
    jmx_port: int,
    heap: str,
    secured: Secured | None = None,
    node: Node = ALONE,
) -> Server:
    """The server whose own files are in `home`; `heap` as Java takes it, such as 1g."""
    jmx = jmx_port + node.number - 1  # JMX listens at the first loopback address, whichever node's it is
    values: dict[str, str | int] = {
        "host": node.host,
        "seeds": ",".join(f"{other.host}:{storage_port}" for other in node.all),
        "port": port,
        "storage_port": storage_port,
        "jmx_port": jmx,
        "heap": heap,
    }
    values |= secured.files if secured else {}
    values |= WAITS[node.count > 1] | templates.folders(home, logs)
    values["access"] = templates.render(f"cassandra-{'secured' if secured else 'open'}.yaml", values).rstrip()
    return Server(
        name=node.named("cassandra"),
        home=home,
        pom=templates.FOLDER / "cassandra-pom.xml",
        ports={
            "cassandra_port": (node.host, port),
            "cassandra_storage_port": (node.host, storage_port),
            "cassandra_jmx_port": (ports.HOST, jmx),
        },
        conf=_conf(values, node),
        main=["org.apache.cassandra.service.CassandraDaemon"],
        ready=partial(probes.cassandra_answers, node.host, port)
        if secured is None
        else lambda: probes.cassandra_answers(node.host, port, secured.trusted()),
    )


def _conf(values: dict[str, str | int], node: Node) -> dict[str, str]:
    return {
        "cassandra.yaml": templates.render("cassandra.yaml", values | {"several": _several(node)}),
        "logback.xml": templates.render("cassandra-logback.xml", values),
        "jvm.options": templates.render("cassandra-jvm.options", values),
    }


def _several(node: Node) -> str:
    """What a node needs that is not alone; it takes its share of the ring at its first start, whoever else is there."""
    if node.count == 1:
        return ""
    token = -(2**63) + (node.number - 1) * 2**64 // node.count
    return "\n" + templates.render("cassandra-several.yaml", {"token": token, "copies": node.count}).rstrip()
