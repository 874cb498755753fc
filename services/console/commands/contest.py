"""`tiltyard contest`: which arms compete, whether a file says it rightly, and from now on another contest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.console import output
from services.console.live import acting, contests
from shared import topology
from shared.access import MissingTopicError, UnreachableError
from shared.adapters import registry
from shared.contests import announcing, files, wording
from shared.contests.calendar import CLOCKS_DIFFER
from shared.contests.faults import FaultyContestError
from shared.contests.view import Contests
from shared.kafka import access
from shared.kafka.sink import Delivery
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.lab.acting import written_down
from shared.messages import Contest
from shared.settings import KafkaSettings

File = Annotated[Path, typer.Argument(help="A TOML file, or the name of a shipped contest.", show_default=False)]
NewTrack = Annotated[
    list[str] | None, typer.Option("--new-track", help="A track that has no adapter yet; its arms fail until it has.")
]
app = typer.Typer(no_args_is_help=True, help="Show, check and announce the contest: the arms that answer.")


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="contest")


@app.command()
def show(json: output.Json = False) -> None:
    """Show the contest to which a question asked now belongs.

    Example: tiltyard contest show
    """
    kafka = KafkaSettings()
    access.require(kafka, [topology.CONTESTS.name])
    calendar = Contests(KafkaTail(kafka, topology.CONTESTS.name)).look()
    _show(calendar.at(datetime.now(UTC)), json=json)


@app.command("list")
def shipped(json: output.Json = False) -> None:
    """List the contests that are shipped: what each is for, and which arms compete in it.

    Example: tiltyard contest list
    """
    known = [(name, files.about(name), files.chosen(name).arm_names) for name in files.names()]
    if json:
        return output.as_json([{"name": name, "about": about, "arms": arms} for name, about, arms in known])
    return output.table(
        "", ["name", "what it is for", "arms"], [[name, about, ", ".join(arms)] for name, about, arms in known]
    )


@app.command()
def check(file: File, new_track: NewTrack = None, json: output.Json = False) -> None:
    """Read a contest, and say what is wrong in it or what it means.

    Ends with 65 where it could not be announced. Tracks are those of the announced adapters, where the broker answers.

    Example: tiltyard contest check contest.toml
    """
    _show(_checked(file, new_track), json=json)


@app.command()
def announce(file: File, new_track: NewTrack = None, by: acting.By = "", json: output.Json = False) -> None:
    """Let questions that are asked more than 2 s from now belong to this contest; services take it up while they run.

    Questions asked before stay with the contest that they were asked in.

    Example: tiltyard contest announce contest.toml
    """
    kafka, contest = KafkaSettings(), _checked(file, new_track)
    access.require(kafka, [topology.CONTESTS.name, topology.ACTIONS.name])
    announcement = announcing.announcement(contest, acting.now())
    action = announcing.action(announcement, acting.whoever(by), "console")
    with written_down(action, acting.writing(Delivery(kafka, "console")), acting.now):
        contests.announce(kafka, announcement)
    if json:
        return output.as_json(announcement.model_dump(mode="json"))
    return output.say(
        f"announced {contest.label}: questions belong to it that are asked later than "
        f"{CLOCKS_DIFFER.total_seconds():g} s from now"
    )


def _checked(file: Path, new_tracks: list[str] | None) -> Contest:
    """The contest of a file; ends with 65 and every problem where it cannot be announced."""
    try:
        contest = files.chosen(str(file))
    except FaultyContestError as error:
        _refuse(file, error.faults)
    except ValueError as error:
        output.fail(str(error), output.EX_DATA)
    if problems := announcing.problems(contest, [*_tracks(), *(new_tracks or ())]):
        _refuse(file, problems)
    return contest


def _refuse(file: Path, faults: Sequence[str]) -> None:
    output.fail("\n".join([f"{file} is not announced:", *(f"  {fault}" for fault in faults)]), output.EX_DATA)


def _tracks() -> list[str]:
    """Those of which there is an adapter, and the usual one; the usual one alone where no broker answers."""
    kafka = KafkaSettings().model_copy(update={"startup_wait_s": 2.0})
    try:
        access.require(kafka, [topology.ADAPTERS.name])
    except (UnreachableError, MissingTopicError) as error:
        output.err.print(f"adapters' tracks are not known: {error}", markup=False, soft_wrap=True)
        return [registry.TRACK]
    return registry.tracks(KafkaView(kafka, topology.ADAPTERS).refresh())


def _show(contest: Contest, *, json: bool) -> None:
    if json:
        return output.as_json({"label": contest.label} | contest.model_dump(mode="json"))
    output.table(
        f"Contest {contest.label}",
        ["arm", "speaker", "context", "sets"],
        [[arm.name, arm.speaker, arm.context, wording.options_in_words(arm.options)] for arm in contest.arms],
    )
    if contest.recipes:
        output.table(
            "",
            ["recipe", "sets"],
            [[recipe.name, wording.options_in_words(recipe.options)] for recipe in contest.recipes],
        )
    return None
