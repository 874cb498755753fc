"""`tiltyard standings`: how the arms stand now, with intervals that hold however often one looks."""

from typing import Annotated

import typer

from services.console import output
from services.console.views import standings as standings_view
from shared import topology
from shared.kafka import topics
from shared.messages import Standing
from shared.records import understood
from shared.settings import KafkaSettings
from shared.standings import ALL, current


def register(app: typer.Typer) -> None:
    app.command()(standings)


def standings(
    slice_name: Annotated[str, typer.Option("--slice", help="Of the questions; `all` covers every one.")] = ALL,
    json: output.Json = False,
) -> None:
    """Show the live standings of a slice, and which arm is better than which by now.

    Example: tiltyard standings --slice learned
    """
    by_slice = read(KafkaSettings())
    if slice_name not in by_slice:
        known = ", ".join(sorted(by_slice)) or "there is none yet: no question has a result"
        output.fail(f"no standing of {slice_name!r}; known: {known}", output.EX_DATA)
    if json:
        return output.as_json(by_slice[slice_name].model_dump(mode="json"))
    return standings_view.show(by_slice[slice_name])


def read(settings: KafkaSettings) -> dict[str, Standing]:
    """The newest standing of each slice, in the contest that was counted last."""
    records = topics.read_all(settings, topology.STANDINGS.name)
    return current(standing for _, standing in understood(Standing, records))
