"""`tiltyard up`, `down`, `status`: Kafka and Cassandra on this machine without Docker."""

import os
from typing import Annotated

import typer

from services.console import output, progress
from services.console.platform import principals
from services.console.platform.addresses import Addresses
from services.console.platform.local import LocalPlatform, PlatformSettings
from services.console.platform.local_services import LocalServices, LocalServicesSettings
from services.console.platform.nodes import SEVERAL, asked, made
from shared.grants import OPERATOR
from shared.pages_settings import PagesSettings
from shared.settings import SECRETS_DIR, CassandraSettings, HomeSettings, KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(down)
    app.command()(status)


Secure = Annotated[bool, typer.Option("--secure", help="TLS, passwords and grants on all servers, from now on.")]
Nodes = Annotated[
    int | None,
    typer.Option("--nodes", help="1 or 3 of Kafka and of Cassandra; without it as many as before, and 1 at first."),
]


def up(secure: Secure = False, nodes: Nodes = None) -> None:
    """Start Kafka and Cassandra on this machine (JDK 17 and Maven are needed; no Docker).

    Example: tiltyard up && tiltyard setup && tiltyard services start
    """
    settings = PlatformSettings()
    wanted = {"secure": secure or settings.secure, "nodes": asked(nodes) or settings.nodes}
    platform = LocalPlatform(settings.model_copy(update=wanted))
    with progress.waiting("servers start"):
        started = platform.start(output.say)
        platform.let_in(KafkaSettings(), CassandraSettings())
    if not started:
        output.say("all servers run already")
    output.say(
        f"Kafka answers at {platform.bootstrap_servers}, Cassandra at {platform.contact_points}, port "
        f"{platform.cassandra_port}."
    )
    services = _services()
    output.say(
        services.pages_served()
        or f"Next: `tiltyard setup`, then `tiltyard services start`, which also serves the pages: {services.pages}"
    )


def adopt() -> None:
    """Come to this machine's own platform, unless settings name other servers: where it is secured as its operator."""
    settings = PlatformSettings()
    home = settings.home.absolute()
    secured, count = principals.is_secured(home), made(home)
    if os.environ.get(SECRETS_DIR) or not (secured or count == SEVERAL):
        return
    named = KafkaSettings().model_fields_set | CassandraSettings().model_fields_set
    if named & {"bootstrap_servers", "librdkafka", "contact_points", "port", "tls"}:
        return
    if secured:
        os.environ[SECRETS_DIR] = str(home / principals.FOLDER / OPERATOR)
    else:
        places = Addresses(settings.kafka_port, settings.kafka_mtls_port, settings.cassandra_port, SEVERAL)
        os.environ.update(places.environment)


def down() -> None:
    """Stop the services and the servers of this machine; data and logs stay."""
    services = _services().stop()
    stopped = [*services, *LocalPlatform(PlatformSettings()).stop()]
    output.say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def status(json: output.Json = False) -> None:
    """Show what runs on this machine, with its memory and its log."""
    services, platform = _services(), LocalPlatform(PlatformSettings())
    shown = [*platform.status(), *services.status()]
    if json:
        return output.as_json([vars(entry) for entry in shown])
    if not shown:
        return output.say("nothing runs; start the servers with `tiltyard up`")
    rows = [
        (entry.name, "runs" if entry.running else "DIED", entry.pid, f"{entry.memory_bytes / 2**20:.0f}", entry.log)
        for entry in shown
    ]
    output.table("", ["name", "state", "pid", "MiB", "log"], rows, right=["pid", "MiB"])
    if away := platform.away:
        output.say(
            f"{len(away)} of {len(platform.names)} servers {'does' if len(away) == 1 else 'do'} not run: "
            f"{', '.join(away)}; `tiltyard up` starts them again"
        )
    if served := services.pages_served():
        output.say(served)
    return None


def _services() -> LocalServices:
    return LocalServices(LocalServicesSettings(), home=HomeSettings().home, pages=PagesSettings())
