"""`tiltyard vote`: say which of two answers is better, without knowing whose they are."""

import getpass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from services.console import output
from services.console.commands.results import read
from services.console.live.votes import on_topic
from shared import topology
from shared.lab.voting.blind import Shown, Voted, choice_on, offer
from shared.lab.voting.counting import ballots
from shared.lab.voting.reading import Taken, voted_by, within_the_hour
from shared.lab.voting.settings import VotingSettings
from shared.messages import Result
from shared.publisher import Publisher
from shared.settings import KafkaSettings


class Chosen(StrEnum):
    """What a voter may say."""

    a = "a"
    b = "b"
    tie = "tie"
    both_bad = "both_bad"


_TYPED = {"a": Chosen.a, "b": Chosen.b, "tie": Chosen.tie, "t": Chosen.tie, "both bad": Chosen.both_bad,
          "both_bad": Chosen.both_bad, "bad": Chosen.both_bad}  # fmt: skip


def register(app: typer.Typer) -> None:
    app.command()(vote)


def vote(
    question_id: Annotated[str | None, typer.Option(help="Of this question; else one you have not voted on.")] = None,
    voter: Annotated[
        str | None, typer.Option(help="Your name, else that of your account. Results show it: a pseudonym will do.")
    ] = None,
    choice: Annotated[
        Chosen | None, typer.Option(case_sensitive=False, help="For scripts: vote without being asked.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only show the two answers.")] = False,
    json: output.Json = False,
) -> None:
    """Show two answers to one question, blind, and publish which is better.

    Which pair, and which is A, follows from the question and your name: the same until you have voted.

    Example: tiltyard vote
    Example: tiltyard vote --question-id q-17 --choice tie
    """
    if choice is not None and question_id is None:
        raise ValueError("--choice needs --question-id: name the question whose answers you have seen (--show)")
    kafka, settings, name = KafkaSettings(), VotingSettings(), voter or getpass.getuser()
    results, taken = read(kafka), on_topic(kafka)
    _limit(name, taken, settings.per_voter_per_hour)
    shown = _pick(results, question_id, name, voted_by(name, ballots(results.values()), taken), settings.recent)
    if choice is None or show:
        output.as_json(shown.as_dict()) if json else _show(shown)
    if show:
        return
    chosen = choice or asked()
    Publisher(kafka, "vote").publish(topology.VOTES, [shown.vote(name, chosen.value)])
    output.say(f"{shown.question_id}: your vote is {chosen.value.replace('_', ' ')}; see `tiltyard votes`")


def _limit(voter: str, taken: list[Taken], per_hour: int) -> None:
    if within_the_hour(voter, taken, datetime.now(UTC)) >= per_hour:
        output.fail(
            f"{voter} has voted {per_hour} times within the hour: more would not be counted. "
            "Come back later, or raise TILTYARD_VOTES_PER_VOTER_PER_HOUR.",
            output.EX_DATA,
        )


def _pick(results: dict[str, Result], question_id: str | None, voter: str, voted: Voted, recent: int) -> Shown:
    if question_id is not None:
        if question_id not in results:
            output.fail(f"no result for {question_id!r}; see `tiltyard results`", output.EX_DATA)
        return choice_on(results[question_id], voter, voted)
    shown = offer(results.values(), voter, voted, recent=recent)
    if shown is None:
        output.fail(
            f"nothing to vote on: of the {recent} questions asked last none is left with two different answers",
            output.EX_DATA,
        )
    assert shown is not None
    return shown


def _show(shown: Shown) -> None:
    output.say(f"{shown.question_id}: {shown.question}")
    output.say(f"\nA: {shown.text_a}\n\nB: {shown.text_b}\n")


def asked() -> Chosen:
    """What the voter types; leaves the command where the input ends."""
    while True:
        try:
            typed = str(typer.prompt("Which answer is better? a, b, tie or both_bad")).strip().casefold()
        except typer.Abort:  # Ctrl-C, or nothing more to read
            output.fail("no vote: the input ended before one was chosen; --choice votes without being asked", 130)
        if typed in _TYPED:
            return _TYPED[typed]
        output.say("Type a, b, tie or both_bad.")
