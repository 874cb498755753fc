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
    results = [one for one in read(kafka).values() if slice_name in (None, one.question.slice)]
    asked = {one.question.question_id for one in results}
    taken = [one.vote for one in votes_kept.on_topic(kafka)]
    cast = [vote for vote in taken if slice_name is None or vote.question_id in asked]
    with progress.waiting(f"counting {len(cast)} votes"):
        found = summary.summarise(
            results, cast, per_hour=VotingSettings().per_voter_per_hour, without=frozenset(without or ())
        )
    output.as_json(report.of(found)) if json else view.show(found)
