"""The sections about questions with and without an answer, and about answering only what one is sure of."""

from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Figure, Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import percent, points_between, share, share_of
from shared.lab.report.plots.selective import risk_against_coverage
from shared.lab.report.selective import AREA, COVERAGES, RISK, Selective
from shared.scoring import catalogue
from shared.scoring.catalogue import RIGHTLY, WRONGLY
from shared.statistics.comparison import Comparison
from shared.statistics.wording import p_value

SAID = {
    RIGHTLY: "rightly abstained, of unanswerable questions",
    WRONGLY: "wrongly abstained, of answerable questions",
    AREA: "area under the curve",
    RISK: "not right, at equal coverage",
}


def answerable(numbers: Numbers) -> Section:
    """Right where there is an answer; abstaining where there is none, and where there is one: never one number."""
    title, anchor, told = "With an answer, and without", "answerable", numbers.apart.abstaining
    if not told.arms:
        return Section(title, anchor, [Paragraph("No question was scored.")])
    heads = ["arm", "right", "abstained wrongly", "abstained rightly"]
    rows = [[arm.arm, share_of(arm.right), share_of(arm.wrongly), share_of(arm.rightly)] for arm in told.arms]
    caption = (
        f"Per cent with 95 % intervals: the first two of {told.answerable} answerable questions, the last of "
        f"{told.unanswerable} where no document has an answer"
    )
    about = Paragraph(
        "Declining is right on some questions and wrong on others; both are never added to what was answered rightly. "
        "An arm that may decline gains on the unanswerable ones and pays on the answerable ones.",
        small=True,
    )
    effects = differences("Effects on abstaining, question by question", told.comparisons)
    return Section(title, anchor, [Table(caption, heads, rows, numbers=(1, 2, 3)), *effects, about])


def coverage(numbers: Numbers) -> Section:
    """Risk and coverage: arms compared as if each declined equally often."""
    title, anchor, told = "Arms at equal coverage", "coverage", numbers.apart.risk_coverage
    if not told.arms:
        return Section(title, anchor, [Paragraph("No arm said how sure it was of an answer with an accepted one.")])
    heads = ["arm", "n", "sure by", "answered by itself", "area", *(percent(part) for part in COVERAGES)]
    rows = [_row(arm) for arm in told.arms]
    caption = "Not right, per cent of what is answered, when an arm answers only the surest part; 95 % intervals"
    blocks: list[Block] = [
        Figure(
            risk_against_coverage(told, numbers.arms),
            "Errors against coverage: each arm answers the questions that it is surest of first. Lower is better; at "
            "the right end everything is answered. The dashed line is where arms are compared.",
            "Share not right of each arm by the share of questions answered; the table below has the same numbers.",
        ),
        Table(caption, heads, rows, numbers=(1, 3, *range(4, len(heads)))),
        *differences("Differences at equal coverage; less is better", told.comparisons),
        Paragraph(_about(numbers), small=True),
    ]
    return Section(title, anchor, blocks)


def _row(arm: Selective) -> list[str]:
    risks = [share(arm.risks[part]) for part in COVERAGES]
    return [arm.arm, str(arm.n), arm.by, percent(arm.answered), share(arm.area), *risks]


def _about(numbers: Numbers) -> str:
    told = numbers.apart.risk_coverage
    without = f" No curve, since they do not say how sure they are: {', '.join(told.without)}." if told.without else ""
    return (
        "Over questions that have an accepted answer. Sure by: the support that the arm's rule of abstention found, or "
        "the probability of its words. What an arm withheld counts as what it would have said; a question to which it "
        "had nothing to say comes last and is not right. Area: the mean of the errors over all coverages (AURC), 0 "
        f"being best. Equal coverage: {percent(told.coverage)} of the questions, what the arm that answers least "
        f"answers by itself, 10 % at the least.{without}"
    )


def differences(caption: str, comparisons: Sequence[Comparison]) -> Iterator[Block]:
    """Paired comparisons as a table; nothing where there are none."""
    if not comparisons:
        return
    heads = ["by", "first arm", "second arm", "n", "points (95 %)", "p (Holm)", "verdict"]
    rows = [
        [
            SAID.get(comparison.metric, catalogue.heading(comparison.metric)),
            comparison.a,
            comparison.b,
            str(comparison.n),
            points_between(comparison),
            p_value(comparison.p_holm),
            _verdict(comparison),
        ]
        for comparison in comparisons
    ]
    yield Table(f"{caption} (the first arm minus the second, in points)", heads, rows, numbers=(3, 4, 5))


def _verdict(comparison: Comparison) -> str:
    """Which arm the comparison favours."""
    if comparison.verdict == "a":
        return f"{comparison.a} is better"
    return f"{comparison.b} is better" if comparison.verdict == "b" else comparison.verdict
