"""A run of a suite as tables and sentences for people."""

from collections.abc import Mapping
from typing import Any

from services.console import output
from services.console.views import scoreboard
from shared.lab.suites import measuring
from shared.lab.suites.report import warnings


def show(counted: Mapping[str, Any]) -> None:
    """The table of arms for people, with what they must know before they use it."""
    card = counted["suite"]
    output.say(f"{card['name']} {card['version']} ({card['kind']}): {card['measures']}")
    scoreboard.show(dict(counted))
    output.table("", ("arm", "measure", "n", "mean (95 %)"), measuring.rows(counted), right=("n", "mean (95 %)"))
    for sentence in (*counted["sentences"], *measuring.sentences(counted)):
        output.say(sentence)
    output.say(f"Not to be used for: {card['not_for']}")
    for sentence in warnings(counted):
        output.say(sentence)
