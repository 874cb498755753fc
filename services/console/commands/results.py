"""`tiltyard results`: what came out."""

from typing import Annotated

import typer

from services.console import output, results_view
from shared import topology
from shared.kafka import topics
from shared.messages import Result
from shared.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(results)


def results(
    question_id: Annotated[str | None, typer.Argument(help="Only this question.")] = None,
    last: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="JSON lines for programs.")] = False,
) -> None:
    """Show scored results, the newest last.  Example: tiltyard results --last 200 --json > results.jsonl"""
    newest = sorted(read(KafkaSettings()).values(), key=lambda result: result.scored_at)
    chosen = [r for r in newest if question_id in (None, r.question.question_id)][-last:]
    if question_id and not chosen:
        output.fail(f"no result for {question_id!r}; see `tiltyard results`", output.EX_DATA)
    for result in chosen:
        if json:
            print(result.model_dump_json())  # noqa: T201 (programs read this)
        else:
            results_view.show(result)


def read(settings: KafkaSettings) -> dict[str, Result]:
    """The newest result of every question on the results topic."""
    found: dict[str, Result] = {}
    for record in topics.read_all(settings, topology.RESULTS.name):
        if record.value is not None:
            result = Result.model_validate_json(record.value)
            found[result.question.question_id] = result
    return found
