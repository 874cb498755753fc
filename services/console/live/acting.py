"""Writing down what a person does by a command."""

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.messages import ActionTaken

By = Annotated[str, typer.Option(help="Who does it, for the record; else the operating system's user.")]


def now() -> datetime:
    return datetime.now(UTC)


def whoever(by: str) -> str:
    """Who is said to do it, or the operating system's user; "unknown" where that has no name."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def writing(delivery: Delivery) -> Callable[[ActionTaken], None]:
    """Keeps an action: it is stored once the call returns."""

    def write(action: ActionTaken) -> None:
        publish(delivery, topology.ACTIONS, action)
        delivery.flush()

    return write
