"""`tiltyard rotate`: other passwords and certificates on this machine's secured platform, one name after the other."""

from typing import Annotated

import typer

from services.console import output
from services.console.platform.local import LocalPlatform, PlatformSettings
from shared.grants import PRINCIPALS
from shared.settings import CassandraSettings, KafkaSettings

Names = Annotated[list[str], typer.Argument(help=f"Whose: {', '.join(PRINCIPALS)}.")]


def register(app: typer.Typer) -> None:
    app.command()(rotate)


def rotate(names: Names) -> None:
    """Give services, the operator or setup another password and certificate, while everything else runs on.

    A service that runs keeps the connections that it has, and takes up the new password for new ones within seconds.

    Example: tiltyard rotate ingest embedder
    """
    if unknown := sorted(set(names) - set(PRINCIPALS)):
        raise ValueError(f"nobody is called {', '.join(unknown)}: choose from {', '.join(PRINCIPALS)}")
    platform = LocalPlatform(PlatformSettings())
    for name in names:
        platform.renew(name, KafkaSettings(), CassandraSettings())
        output.say(f"{name} has another password and certificate")
