"""`tiltyard ask`: one question, all arms side by side."""

from typing import Annotated
from uuid import uuid4

import typer

from services.console import at_work, filter_hints, output, progress, turns
from services.console.live import asking
from services.console.views import results as results_view
from shared.messages import Filters, Question, Result
from shared.settings import KafkaSettings

SCORED_WITHIN_S = 2.0
"""What a result takes after its deadline: the arms' share of the time to wait is shorter by it."""

Accepted = Annotated[list[str] | None, typer.Option("--reference", help="An accepted answer; may be repeated.")]
Unanswerable = Annotated[bool, typer.Option("--unanswerable", help="No document has the answer: to abstain is right.")]
Timeout = Annotated[
    float, typer.Option(min=1, help="Seconds to wait; an arm that has not answered just before is missing.")
]


def register(app: typer.Typer) -> None:
    app.command()(ask)


def ask(
    text: Annotated[str, typer.Argument(help="The question.")],
    reference: Accepted = None,
    unanswerable: Unanswerable = False,
    source: Annotated[list[str] | None, typer.Option(help="Only evidence of this source; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only evidence with this tag; may be repeated.")] = None,
    as_of: turns.AsOf = None,
    kind: turns.Kind = "",
    said: turns.Said = None,
    history: turns.History = None,
    timeout: Timeout = 60.0,
    json: output.Json = False,
) -> None:
    """Ask and wait for the scored result of every arm.

    Example: tiltyard ask "What colour are the cars on the third line of the Wexcombe tram?" --reference saffron
    Example: tiltyard ask "Who won the 1911 regatta?" --unanswerable
    Example: tiltyard ask "Summarise what Wexcombe decided about leaf blowers." --kind summarisation
    Example: tiltyard ask "How heavy is it?" --said "Which bell was found?" --said "The bell of St Orrin's."
    """
    question = Question(
        question_id=f"ask-{uuid4()}",
        text=text,
        **turns.of_kind(kind, said, history),
        references=_references(reference, unanswerable=unanswerable),
        filters=Filters(sources=tuple(source or ()), tags=tuple(tag or ())),
        as_of=turns.moment_of(as_of),
        deadline_s=timeout - min(SCORED_WITHIN_S, timeout / 4),
        slice="asked",
    )
    kafka = KafkaSettings()
    with progress.waiting("waiting for the arms"):
        results = asking.ask(kafka, [question], within_s=timeout)
    if not results:
        output.fail(f"no result within {timeout:g} s: {at_work.why_unanswered(kafka)}", output.EX_UNAVAILABLE)
    _show(results[question.question_id], json=json)


def _show(result: Result, *, json: bool) -> None:
    """The result, and beside it why its filters may have let nothing through."""
    output.as_json(result.model_dump(mode="json")) if json else results_view.show(result)
    if not any(scored.answer.evidence for scored in result.answers.values()):
        for hint in filter_hints.of_live(result.question.filters, KafkaSettings()):
            output.err.print(hint, markup=False, soft_wrap=True)


def _references(accepted: list[str] | None, *, unanswerable: bool) -> tuple[str, ...] | None:
    """Accepted answers; none of them where abstaining is right, None where the answers are not to be scored."""
    if unanswerable and accepted:
        raise ValueError("--unanswerable says that there is no accepted answer, and --reference names one: leave one")
    if any(not text.strip() for text in accepted or ()):
        raise ValueError("--reference is empty: leave it out, or say --unanswerable where to abstain is right")
    return () if unanswerable else tuple(accepted) if accepted else None
