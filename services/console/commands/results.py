"""`tiltyard results`: what came out."""

from contextlib import closing
from typing import Annotated

import typer

from services.console import output, progress
from services.console.views import results as results_view
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.results import CassandraResults
from shared.kafka import topics
from shared.messages import Result
from shared.records import understood
from shared.settings import CassandraSettings, KafkaSettings
from shared.standings import newest


def register(app: typer.Typer) -> None:
    app.command()(results)


def results(
    question_id: Annotated[str | None, typer.Argument(help="Only this question.")] = None,
    last: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 10,
    stored: Annotated[
        bool, typer.Option("--stored", help="This one question from the store, which has what its topic withholds.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON lines for programs.")] = False,
) -> None:
    """Show scored results, the newest last.  Example: tiltyard results --last 200 --json > results.jsonl"""
    ordered = _stored(question_id) if stored else sorted(read(KafkaSettings()).values(), key=lambda r: r.scored_at)
    chosen = [r for r in ordered if question_id in (None, r.question.question_id)][-last:]
    if question_id and not chosen:
        output.fail(f"no result for {question_id!r}; see `tiltyard results`", output.EX_DATA)
    for result in chosen:
        if json:
            output.json_line(result.model_dump_json())
        else:
            results_view.show(result)


def _stored(question_id: str | None) -> list[Result]:
    if question_id is None:
        raise ValueError("--stored needs the id of a question")
    with closing(connect(CassandraSettings())) as store:
        result = CassandraResults(store).get(question_id)
    return [] if result is None else [result]


def read(settings: KafkaSettings) -> dict[str, Result]:
    """The newest result of every question on the results topic."""
    with progress.waiting("reading the results"):
        records = topics.read_all(settings, topology.RESULTS.name)
        return newest(result for _, result in understood(Result, records))
