"""A broker of the local Kafka, which is a controller too, from `deploy/local/kafka-*`."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from uuid import uuid4

from services.console.platform import probes, templates
from services.console.platform.nodes import ALONE, Node
from services.console.platform.secured import Secured
from services.console.platform.server import Server

MADE = "meta.properties"
"""What formatting writes last."""


def build(
    home: Path,
    *,
    logs: Path,
    port: int,
    controller_port: int,
    heap: str,
    secured: Secured | None = None,
    node: Node = ALONE,
    cluster_id: str,
) -> Server:
    """The server whose own files are in `home`; `heap` as Java takes it, such as 512m."""
    values: dict[str, str | int] = {"port": port, "controller_port": controller_port, "heap": heap}
    values |= _among(node, controller_port) | templates.folders(home, logs)
    listening = {"kafka_port": port, "kafka_controller_port": controller_port}
    listening |= {"kafka_mtls_port": secured.mtls_port} if secured else {}
    values |= {"mtls_port": secured.mtls_port, **secured.files} if secured else {}
    values["listeners"] = templates.render(f"kafka-{'secured' if secured else 'open'}.properties", values).rstrip()
    properties = str(home / "conf" / "server.properties")
    return Server(
        name=node.named("kafka"),
        home=home,
        pom=templates.FOLDER / "kafka-pom.xml",
        ports={setting: (node.host, taken) for setting, taken in listening.items()},
        conf=_conf(values),
        main=["kafka.Kafka", properties],
        ready=partial(probes.kafka_answers, node.host, port)
        if secured is None
        else lambda: probes.kafka_answers(node.host, secured.mtls_port, secured.trusted()),
        first=_formatting(properties, cluster_id),
        made=MADE,
    )


def cluster_id(homes: Iterable[Path]) -> str:
    """The id by which brokers with these folders know each other: what one of them has, else a new one."""
    for home in homes:
        meta = home / "data" / MADE
        if meta.exists():
            lines = meta.read_text(encoding="utf-8").splitlines()
            return next(line.partition("=")[2] for line in lines if line.startswith("cluster.id="))
    return _new_id()


def _among(node: Node, controller_port: int) -> dict[str, str | int]:
    """A broker among its likes."""
    return {
        "host": node.host,
        "number": node.number,
        "voters": ",".join(f"{other.number}@{other.host}:{controller_port}" for other in node.all),
        "copies": node.count,
        "in_sync": node.majority,
        "several": templates.render("kafka-several.properties", {}) if node.count > 1 else "",
    }


def _conf(values: dict[str, str | int]) -> dict[str, str]:
    names = ("server.properties", "log4j2.properties", "jvm.options")
    return {name: templates.render(f"kafka-{name}", values) for name in names}


def _formatting(properties: str, cluster_id: str) -> list[str]:
    named = f"--cluster-id={cluster_id}"
    return ["kafka.tools.StorageTool", "format", "--ignore-formatted", named, "-c", properties]


def _new_id() -> str:
    """A new id as Kafka writes one: 16 random bytes in 22 characters."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
