"""`tiltyard services`: the service processes of this machine."""

from typing import Annotated

import typer

from services.console import output, progress
from services.console.platform.local_services import EVERY, NAMES, PAGES, LocalServices, LocalServicesSettings
from shared.pages_settings import PagesSettings
from shared.settings import HomeSettings

Names = Annotated[list[str] | None, typer.Argument(help=f"Which ones: {', '.join(EVERY)}.")]
app = typer.Typer(no_args_is_help=True, help="Start and stop the services as processes of this machine.")


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="services")


@app.command()
def start(names: Names = None) -> None:
    """Start services and wait until they consume; without names all but the judge and the tuner.

    Example: tiltyard services start judge
    """
    services, wanted = _local(), _chosen(names) or NAMES
    with progress.waiting("waiting until they consume"):
        started = services.start(wanted)
    output.say(f"started and ready: {', '.join(started)}" if started else "they run already")
    if PAGES in wanted:
        output.say(services.pages_served())


@app.command()
def stop(names: Names = None) -> None:
    """Stop services, all without names; each finishes and commits what it has in hand."""
    with progress.waiting("each finishes what it has in hand"):
        stopped = _local().stop(_chosen(names) or EVERY)
    output.say(f"stopped: {', '.join(stopped)}" if stopped else "none of them was running")


@app.command()
def status(json: output.Json = False) -> None:
    """Show the services of this machine with their state, memory and probe port."""
    services = _local()
    shown = services.status()
    if json:
        return output.as_json([vars(entry) | {"probe_port": services.port(entry.name)} for entry in shown])
    rows = [
        (entry.name, "runs" if entry.running else "DIED", entry.pid, f"{entry.memory_bytes / 2**20:.0f}",
         services.port(entry.name), entry.log)
        for entry in shown
    ]  # fmt: skip
    output.table("", ["service", "state", "pid", "MiB", "port", "log"], rows, right=["pid", "MiB", "port"])
    if served := services.pages_served():
        output.say(served)
    return None


def _local() -> LocalServices:
    return LocalServices(LocalServicesSettings(), home=HomeSettings().home, pages=PagesSettings())


def _chosen(names: list[str] | None) -> tuple[str, ...]:
    if unknown := sorted(set(names or ()) - set(EVERY)):
        raise ValueError(f"no service {', '.join(unknown)}: choose from {', '.join(EVERY)}")
    return tuple(names or ())
