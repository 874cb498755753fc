"""`tiltyard adapters`: which fine-tuned adapters there are, which one serves, and changing that."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from services.console import output
from services.console.commands.results import read
from services.console.live import acting
from services.console.views import adapters as adapters_view
from shared import topology
from shared.adapters import registry, wording
from shared.adapters.registry import Adapters
from shared.kafka import access
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.lab.acting import begun, written_down
from shared.messages import ActionKind, AdapterAnnounced
from shared.settings import KafkaSettings

Name = Annotated[str, typer.Argument(help="The adapter.")]
Reason = Annotated[str, typer.Option(help="Kept with the change, for those who come later.")]
Changes = Callable[[Adapters, datetime], list[AdapterAnnounced]]
ASKED_FOR = "asked for by hand"


class Asked(NamedTuple):
    """What is asked for, by whom ("": the operating system's user), and why."""

    action: ActionKind
    by: str
    reason: str


app = typer.Typer(no_args_is_help=True, help="List, compare, promote and roll back fine-tuned adapters.")


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="adapters")


@app.command("list")
def list_all(
    answers: Annotated[bool, typer.Option("--answers", help="Count the answers of each in the results.")] = False,
    json: output.Json = False,
) -> None:
    """Show every adapter, the newest change first, and why it is in its state.

    Example: tiltyard adapters list --answers
    """
    adapters = known()
    spoken = adapters_view.spoken_in(read(KafkaSettings()).values()) if answers else None
    if json:
        return output.as_json([_as_dict(adapter, adapters) for adapter in wording.newest_first(adapters)])
    if not adapters:
        return output.say("there is no adapter yet: `tiltyard tune` makes one")
    return adapters_view.show_list(adapters, spoken)


@app.command()
def show(name: Name, json: output.Json = False) -> None:
    """Show one adapter: lineage, cost, and what each gate measured.  Example: tiltyard adapters show news-20250323"""
    adapters = known()
    adapter = registry.find(adapters, name)
    output.as_json(_as_dict(adapter, adapters)) if json else adapters_view.show_one(adapter, adapters)


@app.command()
def compare(first: Name, second: Name, json: output.Json = False) -> None:
    """Show what sets two adapters apart.  Example: tiltyard adapters compare OLD NEW"""
    adapters = known()
    pair = registry.find(adapters, first), registry.find(adapters, second)
    if json:
        return output.as_json({field: {first: a, second: b} for field, a, b in registry.differences(*pair)})
    return adapters_view.show_differences(*pair)


@app.command()
def promote(
    name: Name,
    reason: Reason = ASKED_FOR,
    despite_gates: Annotated[
        bool, typer.Option("--despite-gates", help="Although a gate failed, none ran, or it is unfinished.")
    ] = False,
    by: acting.By = "",
    json: output.Json = False,
) -> None:
    """Let an adapter serve, a retired one too; the one before stands by.

    Running workers take it up before their next batch.

    Example: tiltyard adapters promote news-20250323 --reason "checked by hand"
    """
    _change(
        Asked("promote_adapter", by, reason),
        lambda adapters, now: registry.promote(adapters, name, now=now, reason=reason, despite_gates=despite_gates),
        json,
    )


@app.command()
def rollback(
    reason: Reason = ASKED_FOR,
    track: Annotated[str, typer.Option(help="The line of adapters.")] = registry.TRACK,
    by: acting.By = "",
    json: output.Json = False,
) -> None:
    """Let the adapter that stands by serve again, and retire the one that speaks.

    Example: tiltyard adapters rollback --reason "invents names"
    """
    _change(
        Asked("roll_back_adapter", by, reason),
        lambda adapters, now: registry.rollback(adapters, now=now, reason=reason, track=track),
        json,
    )


@app.command()
def retire(
    name: Name,
    reason: Reason = ASKED_FOR,
    leaving_none: Annotated[bool, typer.Option("--leaving-none", help="Although no other serves.")] = False,
    by: acting.By = "",
    json: output.Json = False,
) -> None:
    """Take an adapter away; nobody is answered by it from the next batch on.

    Example: tiltyard adapters retire news-20250323
    """
    _change(
        Asked("retire_adapter", by, reason),
        lambda adapters, now: registry.retire(adapters, name, now=now, reason=reason, leaving_none=leaving_none),
        json,
    )


def known() -> dict[str, AdapterAnnounced]:
    """Every adapter on the topic by its name."""
    kafka = KafkaSettings()
    access.require(kafka, [topology.ADAPTERS.name])
    return KafkaView(kafka, topology.ADAPTERS).refresh()


def _change(asked: Asked, changes: Changes, json: bool) -> None:
    """Publish the changes one after the other, each stored before the next is sent."""
    adapters, kafka = known(), KafkaSettings()
    access.require(kafka, [topology.ACTIONS.name])
    delivery, now = Delivery(kafka, "console"), acting.now()
    changed = changes(adapters, now)
    on = [change.name for change in changed]
    action = begun(asked.action, acting.whoever(asked.by), "console", at=now, on=on, reason=asked.reason)
    with written_down(action, acting.writing(delivery), acting.now):
        for change in changed:
            publish(delivery, topology.ADAPTERS, change)
            delivery.flush()
    after = adapters | {change.name: change for change in changed}
    if json:
        return output.as_json([_as_dict(change, after) for change in changed])
    for change in changed:
        output.say(f"{change.name} is {wording.role(change, after)}: {change.reason}")
    return None


def _as_dict(adapter: AdapterAnnounced, adapters: Adapters) -> dict[str, object]:
    speaks = registry.speaking(registry.of_track(adapters, adapter.track))
    return adapter.model_dump(mode="json") | {"speaks": speaks is not None and speaks.name == adapter.name}
