"""`tiltyard dead-letters`: look at what could not be handled, and send it again."""

from collections.abc import Iterator
from typing import Annotated

import typer

from services.console import output
from shared import dead_letters, topology
from shared.kafka import topics
from shared.lab.accounting import name
from shared.publisher import Publisher
from shared.records import RawRecord
from shared.settings import KafkaSettings

app = typer.Typer(no_args_is_help=True, help="Look at what could not be handled, and send it again.")
Where = Annotated[str, typer.Argument(help="As `dead-letters list` shows it: topic[partition]@offset.")]


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="dead-letters")


@app.command("list")
def list_all(json: output.Json = False) -> None:
    """List every dead letter with its reason."""
    rows = [
        {
            "at": name(record.position),
            "from": name(origin) if (origin := dead_letters.origin(record.headers)) else "",
            "service": dead_letters.service(record.headers),
            "key": (record.key or b"").decode(errors="replace"),
            "reason": dead_letters.reason(record.headers) or "a foreign record: no service of Tiltyard buried it",
            "whole": dead_letters.whole(record.headers),
        }
        for record in _letters()
    ]
    if json:
        return output.as_json(rows)
    if not rows:
        return output.say("no dead letters")
    columns = ["at", "service", "key", "reason"]
    return output.table("", columns, [[row[column] for column in columns] for row in rows])


@app.command()
def show(at: Where) -> None:
    """Print the original bytes of one dead letter, exactly as they came; the first ones of what was too large."""
    typer.get_binary_stream("stdout").write(_find(at).value or b"")


@app.command()
def replay(at: Where) -> None:
    """Send one dead letter to its own topic again, after what made it fail was mended. The letter stays listed.

    Example: tiltyard dead-letters replay "$(tiltyard dead-letters list --json | jq -r .[0].at)"
    """
    record = _find(at)
    origin, whole = dead_letters.origin(record.headers), dead_letters.whole(record.headers)
    if origin is None or origin.topic not in {topic.name for topic in topology.TOPICS}:
        raise ValueError(
            f"{at} is a foreign record: no service of Tiltyard buried it, so it has no topic to go back to"
        )
    if whole:
        raise ValueError(
            f"{at} holds the first bytes alone of what was too large to bury ({whole}): publish the original"
        )
    headers = dead_letters.without_ours(record.headers)
    Publisher(KafkaSettings(), "replay").send_bytes(origin.topic, record.key, record.value or b"", headers)
    output.say(f"sent again to {origin.topic}")


def _letters() -> Iterator[RawRecord]:
    for topic in topology.TOPICS:
        yield from topics.read_all(KafkaSettings(), topic.dead)


def _find(at: str) -> RawRecord:
    for record in _letters():
        if name(record.position) == at:
            return record
    raise ValueError(f"no dead letter {at!r}: see `tiltyard dead-letters list`")
