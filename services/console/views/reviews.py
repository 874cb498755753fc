"""What a newswire's review took up from the page, for people."""

from collections.abc import Mapping

from services.console import output
from shared.lab.reviewing.taking_up import TakenUp
from shared.lab.reviewing.verdicts import Verdict


def taken_up(taken: TakenUp[Verdict], names: Mapping[str, str]) -> None:
    """How many questions are settled, and which are left open and why; `names`: item -> the question's id."""
    output.say(f"Taken up from the page Review: {taken.settled} questions.")
    for items, why in (
        (taken.disputed, "reviewers differ, and a further one decides"),
        (taken.refused, "mended into the words of a training pair or into no question: to be mended otherwise"),
    ):
        if items:
            output.say(f"Left open, and nothing behind is counted: {', '.join(names[item] for item in items)}: {why}.")
