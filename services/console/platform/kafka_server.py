"""The local Kafka: one broker that is its own controller, from `deploy/local/kafka-*`."""

from base64 import urlsafe_b64encode
from functools import partial
from pathlib import Path
from uuid import uuid4

from services.console.platform import ports, probes, templates
from services.console.platform.secured import Secured
from services.console.platform.server import Server


def build(
    home: Path, *, logs: Path, port: int, controller_port: int, heap: str, secured: Secured | None = None
) -> Server:
    """The server whose own files are in `home`; `heap` as Java takes it, such as 512m."""
    values: dict[str, str | int] = {
        "port": port,
        "controller_port": controller_port,
        "heap": heap,
        "data": str(home / "data"),
        "logs": str(logs),
        "conf_uri": (home / "conf").as_uri(),
    }
    by_certificate = {"kafka_mtls_port": secured.mtls_port} if secured else {}
    values |= {"mtls_port": secured.mtls_port, **secured.files} if secured else {}
    values["listeners"] = templates.render(f"kafka-{'secured' if secured else 'open'}.properties", values).rstrip()
    properties = str(home / "conf" / "server.properties")
    return Server(
        name="kafka",
        home=home,
        pom=templates.FOLDER / "kafka-pom.xml",
        ports={"kafka_port": port, "kafka_controller_port": controller_port} | by_certificate,
        conf={
            "server.properties": templates.render("kafka-server.properties", values),
            "log4j2.properties": templates.render("kafka-log4j2.properties", values),
            "jvm.options": templates.render("kafka-jvm.options", values),
        },
        main=["kafka.Kafka", properties],
        ready=partial(probes.kafka_answers, ports.HOST, port)
        if secured is None
        else lambda: probes.kafka_answers(ports.HOST, secured.mtls_port, secured.trusted()),
        first=_formatting(properties),
        made="meta.properties",  # written last
    )


def _formatting(properties: str) -> list[str]:
    named = f"--cluster-id={_cluster_id()}"
    return ["kafka.tools.StorageTool", "format", "--ignore-formatted", named, "-c", properties]


def _cluster_id() -> str:
    """A new id as Kafka writes one: 16 random bytes in 22 characters."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
