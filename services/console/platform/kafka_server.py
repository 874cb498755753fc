"""The local Kafka: one broker that is its own controller, from `deploy/local/kafka-*`."""

from base64 import urlsafe_b64encode
from functools import partial
from pathlib import Path
from uuid import uuid4

from services.console.platform import ports, probes, templates
from services.console.platform.server import Server


def build(home: Path, *, logs: Path, port: int, controller_port: int, heap: str) -> Server:
    """The server whose own files are in `home`; `heap` as Java takes it, such as 512m."""
    values: dict[str, str | int] = {
        "port": port,
        "controller_port": controller_port,
        "heap": heap,
        "data": str(home / "data"),
        "logs": str(logs),
        "conf_uri": (home / "conf").as_uri(),
    }
    properties = str(home / "conf" / "server.properties")
    return Server(
        name="kafka",
        home=home,
        pom=templates.FOLDER / "kafka-pom.xml",
        ports={"kafka_port": port, "kafka_controller_port": controller_port},
        conf={
            "server.properties": templates.render("kafka-server.properties", values),
            "log4j2.properties": templates.render("kafka-log4j2.properties", values),
            "jvm.options": templates.render("kafka-jvm.options", values),
        },
        main=["kafka.Kafka", properties],
        ready=partial(probes.kafka_answers, ports.HOST, port),
        first=[
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
            f"--cluster-id={_cluster_id()}",
            "-c",
            properties,
        ],
        made="meta.properties",  # written last
    )


def _cluster_id() -> str:
    """A new id as Kafka writes one: 16 random bytes in 22 characters."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
