"""`tiltyard ask`: one question, all arms side by side."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer

from services.console import output, turns
from services.console.live import asking
from services.console.views import results as results_view
from shared.messages import Filters, Question
from shared.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(ask)


def ask(
    text: Annotated[str, typer.Argument(help="The question.")],
    reference: Annotated[
        list[str] | None, typer.Option(help="An accepted answer, to score by; may be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only evidence of this source; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only evidence with this tag; may be repeated.")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="Only evidence first seen by then (UTC).")] = None,
    kind: turns.Kind = "",
    said: turns.Said = None,
    history: turns.History = None,
    timeout: Annotated[float, typer.Option(help="Seconds after which an arm counts as missing.")] = 60.0,
    json: output.Json = False,
) -> None:
    """Ask and wait for the scored result of every arm.

    Example: tiltyard ask "What colour are the cars on the third line of the Wexcombe tram?" --reference saffron
    Example: tiltyard ask "Summarise what Wexcombe decided about leaf blowers." --kind summarisation
    Example: tiltyard ask "How heavy is it?" --said "Which bell was found?" --said "The bell of St Orrin's."
    """
    question = Question(
        question_id=f"ask-{uuid4()}",
        text=text,
        **turns.of_kind(kind, said, history),
        references=tuple(reference) if reference else None,
        filters=Filters(sources=tuple(source or ()), tags=tuple(tag or ())),
        as_of=as_of,
        deadline_s=timeout,
        slice="asked",
    )
    found = asking.ask(KafkaSettings(), [question], within_s=timeout + 15)
    if not found:
        output.fail(
            f"no result within {timeout + 15:g} s: is the scorer running? See `tiltyard status`.", output.EX_UNAVAILABLE
        )
    for result in found.values():
        output.as_json(result.model_dump(mode="json")) if json else results_view.show(result)
