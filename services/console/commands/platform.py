"""`tiltyard up`, `down`, `status`: Kafka and Cassandra on this machine without Docker."""

import os
from typing import Annotated

import typer

from services.console import output, progress
from services.console.platform import principals
from services.console.platform.local import LocalPlatform, PlatformSettings
from services.console.platform.local_services import LocalServices, LocalServicesSettings
from shared.grants import OPERATOR
from shared.pages_settings import PagesSettings
from shared.settings import SECRETS_DIR, CassandraSettings, HomeSettings, KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(down)
    app.command()(status)


Secure = Annotated[bool, typer.Option("--secure", help="TLS, passwords and grants on both servers, from now on.")]


def up(secure: Secure = False) -> None:
    """Start Kafka and Cassandra on this machine (JDK 17 and Maven are needed; no Docker).

    Example: tiltyard up && tiltyard setup && tiltyard services start
    """
    settings = PlatformSettings()
    platform = LocalPlatform(settings.model_copy(update={"secure": secure or settings.secure}))
    with progress.waiting("servers start"):
        started = platform.start(output.say)
        platform.let_in(KafkaSettings(), CassandraSettings())
    if not started:
        output.say("both servers run already")
    output.say(f"Kafka answers at {platform.bootstrap_servers}, Cassandra at {PlatformSettings().cassandra_port}.")
    services = _services()
    output.say(
        services.pages_served()
        or f"Next: `tiltyard setup`, then `tiltyard services start`, which also serves the pages: {services.pages}"
    )


def adopt() -> None:
    """Come to this machine's own secured platform as its operator, unless settings name other servers."""
    home = PlatformSettings().home.absolute()
    if principals.is_secured(home) and not os.environ.get(SECRETS_DIR):
        named = KafkaSettings().model_fields_set | CassandraSettings().model_fields_set
        if not named & {"bootstrap_servers", "librdkafka", "contact_points", "port", "tls"}:
            os.environ[SECRETS_DIR] = str(home / principals.FOLDER / OPERATOR)


def down() -> None:
    """Stop the services and the two servers of this machine; data and logs stay."""
    services = _services().stop()
    stopped = [*services, *LocalPlatform(PlatformSettings()).stop()]
    output.say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def status(json: output.Json = False) -> None:
    """Show what runs on this machine, with its memory and its log."""
    services = _services()
    shown = [*LocalPlatform(PlatformSettings()).status(), *services.status()]
    if json:
        return output.as_json([vars(entry) for entry in shown])
    if not shown:
        return output.say("nothing runs; start the servers with `tiltyard up`")
    rows = [
        (entry.name, "runs" if entry.running else "DIED", entry.pid, f"{entry.memory_bytes / 2**20:.0f}", entry.log)
        for entry in shown
    ]
    output.table("", ["name", "state", "pid", "MiB", "log"], rows, right=["pid", "MiB"])
    if served := services.pages_served():
        output.say(served)
    return None


def _services() -> LocalServices:
    return LocalServices(LocalServicesSettings(), home=HomeSettings().home, pages=PagesSettings())
