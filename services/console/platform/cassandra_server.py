"""The local Cassandra: one node, from `deploy/local/cassandra-*` and `deploy/local/cassandra.yaml`."""

from functools import partial
from pathlib import Path

from services.console.platform import ports, probes, templates
from services.console.platform.secured import Secured
from services.console.platform.server import Server


def build(
    home: Path,
    *,
    logs: Path,
    port: int,
    storage_port: int,
    jmx_port: int,
    heap: str,
    secured: Secured | None = None,
) -> Server:
    """The server whose own files are in `home`; `heap` as Java takes it, such as 1g."""
    values: dict[str, str | int] = {
        "port": port,
        "storage_port": storage_port,
        "jmx_port": jmx_port,
        "heap": heap,
        "data": str(home / "data"),
        "logs": str(logs),
        "conf_uri": (home / "conf").as_uri(),
    }
    values |= secured.files if secured else {}
    values["access"] = templates.render(f"cassandra-{'secured' if secured else 'open'}.yaml", values).rstrip()
    return Server(
        name="cassandra",
        home=home,
        pom=templates.FOLDER / "cassandra-pom.xml",
        ports={"cassandra_port": port, "cassandra_storage_port": storage_port, "cassandra_jmx_port": jmx_port},
        conf={
            "cassandra.yaml": templates.render("cassandra.yaml", values),
            "logback.xml": templates.render("cassandra-logback.xml", values),
            "jvm.options": templates.render("cassandra-jvm.options", values),
        },
        main=["org.apache.cassandra.service.CassandraDaemon"],
        ready=partial(probes.cassandra_answers, ports.HOST, port)
        if secured is None
        else lambda: probes.cassandra_answers(ports.HOST, port, secured.trusted()),
    )
