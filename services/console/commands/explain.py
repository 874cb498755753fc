"""`tiltyard explain`: why a question is given the evidence that it is given."""

import os
from typing import Annotated

import typer

from services.console import filter_hints, jobs, output, progress, turns
from services.console.views import explanation as explanation_view
from shared.jobs.explain import JOB, EvidenceExplained
from shared.messages import Filters, Question
from shared.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(explain)


def explain(
    text: Annotated[str, typer.Argument(help="The question.")],
    source: Annotated[list[str] | None, typer.Option(help="Only evidence of this source; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only evidence with this tag; may be repeated.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Only evidence in this language (ISO 639-1); may be repeated.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(help="What the asker may be shown; may be repeated.")] = None,
    as_of: turns.AsOf = None,
    said: turns.Said = None,
    history: turns.History = None,
    others: Annotated[int, typer.Option(min=0, help="Candidates to show that did not become evidence.")] = 5,
    json: output.Json = False,
) -> None:
    """Show each evidence item's place and score on every list: each search, after fusion, after each ranker.

    It searches as the retriever would, with the same settings, and publishes nothing.

    Example: tiltyard explain "Where is the lantern fair held?" --source "Harrow Vale Wire"
    Example: tiltyard explain "How heavy is it?" --said "Which bell was found?" --said "The bell of St Orrin's."
    """
    filters = Filters(sources=tuple(source or ()), tags=tuple(tag or ()), languages=tuple(language or ()))
    question = Question(
        question_id="explain",
        text=text,
        **turns.of_kind("", said, history),
        filters=filters,
        labels=tuple(label or ()),
        as_of=turns.moment_of(as_of),
    )
    explanation = _explained([question.model_dump_json(), "--others", str(others)])
    output.as_json(explanation) if json else explanation_view.show(explanation)
    if not explanation.evidence:
        for hint in filter_hints.of_live(filters, KafkaSettings()):
            output.err.print(hint, markup=False, soft_wrap=True)


def _explained(arguments: list[str]) -> EvidenceExplained:
    explanation: EvidenceExplained | None = None
    with progress.waiting("searching"):
        for event in jobs.run(JOB, arguments, os.environ):
            explanation = event if isinstance(event, EvidenceExplained) else explanation
    return jobs.result_of(JOB.module, explanation)
