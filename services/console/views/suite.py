"""A run of a suite as tables and sentences for people."""

from services.console import output
from services.console.views import scoreboard
from shared.lab.suites import measuring
from shared.lab.suites.report import SuiteReport, warnings


def show(report: SuiteReport) -> None:
    """The table of arms for people, with what they must know before they use it."""
    card = report.suite
    output.say(f"{card.name} {card.version} ({card.kind}): {card.measures}")
    scoreboard.show(report)
    heads = ("arm", "measure", "n", "mean (95 %)")
    output.table("", heads, measuring.rows(report), right=heads[2:], names=2)
    for sentence in (*report.sentences, *measuring.sentences(report)):
        output.say(sentence)
    output.say(f"Not to be used for: {card.not_for}")
    for sentence in warnings(report):
        output.say(sentence)
