"""`tiltyard votes`: what people prefer, how sure that is, and how far they agree."""

from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.results import read
from services.console.live import votes as votes_kept
from services.console.views import votes as view
from shared.lab.voting import report, summary
from shared.lab.voting.settings import VotingSettings
from shared.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(votes)


def votes(
    without: Annotated[list[str] | None, typer.Option(help="Leave this voter out; may be repeated.")] = None,
    slice_name: Annotated[str | None, typer.Option("--slice", help="Only questions of this slice.")] = None,
    json: output.Json = False,
) -> None:
    """Count the votes by pair, rate the arms, and compare the voters with one another.

    Of a voter's votes on a pair the newest counts; beyond the limit by the hour none do
    (TILTYARD_VOTES_PER_VOTER_PER_HOUR).

    Example: tiltyard votes --without spammer
    """
    kafka = KafkaSettings()
    results = [result for result in read(kafka).values() if slice_name in (None, result.question.slice)]
    question_ids = {result.question.question_id for result in results}
    published = [taken.vote for taken in votes_kept.on_topic(kafka)]
    cast = [vote for vote in published if slice_name is None or vote.question_id in question_ids]
    with progress.waiting(f"counting {len(cast)} votes"):
        counted = summary.summarise(
            results, cast, per_hour=VotingSettings().per_voter_per_hour, without=frozenset(without or ())
        )
    output.as_json(report.of(counted)) if json else view.show(counted)
