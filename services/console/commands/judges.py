"""`tiltyard judges`: what language models as judges say, and what that is worth."""

from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.results import read
from services.console.views import judges as view
from shared.lab.judging import report, summary
from shared.lab.voting.settings import VotingSettings
from shared.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(judges)


def judges(
    slice_name: Annotated[str | None, typer.Option("--slice", help="Only questions of this slice.")] = None,
    json: output.Json = False,
) -> None:
    """Count each judge's verdicts, and beside them its agreement with references and votes (Cohen's kappa).

    A judge runs after `tiltyard services start judge`.

    Example: tiltyard judges --slice new
    """
    results = [result for result in read(KafkaSettings()).values() if slice_name in (None, result.question.slice)]
    with progress.waiting(f"counting {len(results)} results"):
        summaries = summary.summarise(results, per_hour=VotingSettings().per_voter_per_hour)
    output.as_json([report.of(judge) for judge in summaries]) if json else view.show(summaries)
