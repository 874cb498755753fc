"""`tiltyard demo`: the whole way once, on servers of its own."""

import time
from pathlib import Path
from typing import Annotated

import typer

from services.console import output
from services.console.demo import newswire, telling
from services.console.demo.stage import stage, stop_left_over
from services.console.demo.telling import Counting, Wanted
from services.console.live import contests
from services.console.platform.nodes import asked
from shared.costs import CostSettings
from shared.lab.voting.settings import VotingSettings
from shared.settings import HomeSettings

CONTEST = "seven_arms"


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    wire: Annotated[Path, typer.Option(help="A newswire folder; its README says what is in it.")] = newswire.SAMPLE,
    out: Annotated[Path, typer.Option(help="Where results, summary and report go.")] = Path("out/demo"),
    questions: Annotated[str, typer.Option(help="How many of the questions; `all` for every one.")] = "96",
    seeds: Annotated[
        str, typer.Option(help="Train once with each of these seeds, such as 1,2,3; empty: once, with the recipe's.")
    ] = "",
    contest: Annotated[
        str, typer.Option(help="A contest's file, or a shipped one's name: `two_by_two` is the quickest.")
    ] = CONTEST,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running, to ask more.")] = False,
    secure: Annotated[bool, typer.Option("--secure", help="On servers with TLS, passwords and grants.")] = False,
    nodes: Annotated[
        int | None, typer.Option("--nodes", help="1 or 3 of Kafka and of Cassandra; without it as the settings say.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Only stop what an earlier --keep left running.")] = False,
) -> None:
    """Stream news, fine-tune on it, stream more, ask about both, and see which side to trust.

    With several seeds every question goes to all arms, and for each further adapter to the arms that it speaks for;
    the report lays the runs side by side.

    Example: tiltyard demo --wire path/to/folder --questions all --seeds 1,2,3,4,5
    """
    if stop:
        stopped = stop_left_over(HomeSettings().home.absolute() / "demo")
        return output.say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    chosen = newswire.load(wire)
    if said := chosen.reviewed.sentence:
        output.say(said)
    sampled = newswire.sample(chosen.questions, _number(questions))
    wanted, competing = _seeds(seeds), contests.competing(contest)
    counting = Counting(VotingSettings().per_voter_per_hour, CostSettings())
    started = time.monotonic()
    with stage(keep=keep, secure=secure, nodes=asked(nodes)) as running:
        telling.begin(running)
        telling.tell(Wanted(chosen, sampled, wanted, competing, out, counting), running)
    return output.say(f"The whole trial took {(time.monotonic() - started) / 60:.1f} minutes.")


def _seeds(text: str) -> list[int | None]:
    """ValueError: not numbers, or one twice."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not all(name.isdigit() for name in names) or len(set(names)) < len(names):
        raise ValueError(f"--seeds: {text!r} is not a list of different numbers, such as 1,2,3")
    return [int(name) for name in names] or [None]


def _number(questions: str) -> int | None:
    if questions == "all":
        return None
    if not questions.isdigit() or int(questions) < 1:
        raise ValueError(f"--questions: {questions!r} is neither a number from 1 on nor `all`")
    return int(questions)
