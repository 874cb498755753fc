"""The first section: what to do in three sentences, the decisions as a table, and all that the numbers say."""

from collections.abc import Iterator

from shared.lab.report import advice, verdict
from shared.lab.report.blocks import Block, Bullets, Paragraph, Section, Table
from shared.lab.report.decisions import decisions
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import points_between
from shared.statistics.wording import p_value, points

HEADS = ["first arm", "second arm", "on", "n", "points (95 %)", "p (adjusted)", "would have shown", "decision"]
NUMBERS = range(3, 7)
"""The columns of `HEADS` that are numbers."""


def section(numbers: Numbers) -> Section:
    """What to read where only a little is read comes first."""
    return Section("Verdict", "verdict", list(_blocks(numbers)))


def _blocks(numbers: Numbers) -> Iterator[Block]:
    yield Paragraph(advice.paragraph(numbers))
    if rows := decided(numbers):
        yield Table("What is decided: how much more often the first arm is right", HEADS, rows, numbers=NUMBERS)
        yield Paragraph(
            "Undecided means that this many questions do not tell, not that the arms are equal. p (adjusted) allows "
            "for everything that was compared. would have shown: the difference that this many questions decide in "
            "four of five cases. The verdict holds for these questions, documents, models and prompts; it is no "
            "general statement about retrieval or tuning.",
            small=True,
        )
    if details := verdict.details(numbers):
        yield Paragraph("In detail:")
        yield Bullets(details)
    if sentences := verdict.sentences(numbers):
        yield Paragraph("By kind of question (slice):")
        yield Bullets(sentences)


def decided(numbers: Numbers) -> list[list[str]]:
    """The decisions as rows under `HEADS`."""
    return [
        [
            decision.comparison.a,
            decision.comparison.b,
            decision.on,
            str(decision.comparison.n),
            points_between(decision.comparison),
            p_value(decision.comparison.p_holm),
            points(decision.comparison.detectable, signed=False),
            decision.outcome,
        ]
        for decision in decisions(numbers)
    ]
