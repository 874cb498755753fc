"""`tiltyard dead-letters`: look at what could not be handled, and send it again."""

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

import typer

from services.console import output
from services.console.live import acting
from shared import dead_letters, topology
from shared.kafka import access, topics
from shared.kafka.letters import KafkaLetters
from shared.kafka.sink import Delivery
from shared.kafka.view import KafkaView
from shared.lab.accounting import name
from shared.lab.acting import begun
from shared.lab.resending import buried
from shared.lab.resending.groups import grouped
from shared.lab.resending.plan import obstacle, plan
from shared.lab.resending.sending import Ports, places_of, send_again
from shared.messages import ActionTaken
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings

app = typer.Typer(no_args_is_help=True, help="Look at what could not be handled, and send it again.")
Where = Annotated[str, typer.Argument(help="As `dead-letters list` shows it: topic[partition]@offset.")]


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="dead-letters")


@app.command("list")
def list_all(json: output.Json = False) -> None:
    """List every dead letter with its reason."""
    sent = _sent()
    rows = [
        {
            "at": name(record.position),
            "from": name(origin) if (origin := dead_letters.origin(record.headers)) else "",
            "service": dead_letters.service(record.headers),
            "key": (record.key or b"").decode(errors="replace"),
            "reason": dead_letters.reason(record.headers) or buried.FOREIGN,
            "whole": dead_letters.whole(record.headers),
            "sent_again": record.position in sent,
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
def reasons(json: output.Json = False) -> None:
    """Count the letters of each reason; reasons that differ in ids and numbers alone are one."""
    groups = grouped(map(buried.of, _letters()), _sent())
    rows = [
        {"topic": of.topic, "service": of.service, "reason": of.pattern, "letters": of.count, "sent again": of.sent}
        for of in groups
    ]
    if json:
        return output.as_json(rows)
    if not rows:
        return output.say("no dead letters")
    return output.table("", [*rows[0]], [[*row.values()] for row in rows], right=["letters", "sent again"])


@app.command()
def show(at: Where) -> None:
    """Print the original bytes of one dead letter, exactly as they came; the first ones of what was too large."""
    typer.get_binary_stream("stdout").write(_find(at).value or b"")


@app.command()
def replay(
    at: Where,
    by: acting.By = "",
    again: Annotated[bool, typer.Option("--again", help="Although it was sent again before.")] = False,
) -> None:
    """Send one dead letter to its own topic again, after what made it fail was mended. The letter stays listed.

    Example: tiltyard dead-letters replay "$(tiltyard dead-letters list --json | jq -r .[0].at)"
    """
    kafka, letter, sent = KafkaSettings(), buried.of(_find(at)), _sent()
    if why := obstacle(letter):
        raise ValueError(f"{at} is among the {why}" + (f" ({letter.whole})" if letter.whole else ""))
    if letter.position in sent and not again:
        before = sent[letter.position]
        raise ValueError(
            f"{at} was sent again at {before.at:%Y-%m-%d %H:%M} UTC by {before.by}: --again sends it once more"
        )
    action = begun("send_again", acting.whoever(by), "console", at=acting.now(), on=[letter.topic])
    action = action.model_copy(update={"wanted": 1})
    write = acting.writing(Delivery(kafka, "replay"))
    with closing(KafkaLetters(kafka, "replay")) as carrier:
        write(action)
        ended = send_again(plan([letter], sent, again=again), action, Ports(carrier, write, acting.now))
    if ended.state != "done" or not ended.sent:
        raise ConnectionError(ended.outcome)
    output.say(f"sent again to {letter.topic}")


def _sent() -> dict[Position, ActionTaken]:
    """Place of each letter that was sent again -> the action that did so last."""
    kafka = KafkaSettings()
    access.require(kafka, [topology.ACTIONS.name])
    actions = KafkaView(kafka, topology.ACTIONS).refresh().values()
    return {place: action for action in sorted(actions, key=lambda of: of.at) for place in places_of(action)}


def _letters() -> Iterator[RawRecord]:
    for topic in topology.TOPICS:
        yield from topics.read_all(KafkaSettings(), topic.dead)


def _find(at: str) -> RawRecord:
    for record in _letters():
        if name(record.position) == at:
            return record
    raise ValueError(f"no dead letter {at!r}: see `tiltyard dead-letters list`")
