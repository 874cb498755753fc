"""The sections that compare arms pair by pair: in words on all questions, and in an appendix on every slice."""

from shared.lab.report.blocks import Bullets, Paragraph, Section, Table
from shared.lab.report.comparing import AFTER_CUTOFF, UP_TO_CUTOFF
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import points_between
from shared.scoring import catalogue
from shared.standings import ALL
from shared.statistics.comparison import Comparison
from shared.statistics.wording import equals_p, lead, p_value, points


def pairs(numbers: Numbers) -> Section:
    """Every pair on all questions, in words."""
    title, anchor = "Every pair of arms", "pairs"
    if not numbers.comparisons:
        why = "There is only one arm." if len(numbers.arms) == 1 else "No question has scored answers of two arms."
        return Section(title, anchor, [Paragraph(why)])
    overall = [_in_words(comparison) for comparison in numbers.comparisons if comparison.slice == ALL]
    return Section(title, anchor, [Bullets(overall), Paragraph(_family(numbers), small=True)])


def _in_words(comparison: Comparison) -> str:
    """Who is better or that it is undecided, the tests, and what could have shown; each number once."""
    mcnemar = "" if comparison.mcnemar_p is None else f", McNemar {equals_p(comparison.mcnemar_p)}"
    detectable = comparison.detectable
    shown = "no difference" if detectable is None else f"{points(detectable, signed=False)} points"
    decided = comparison.verdict != "undecided"
    finding = f"{lead(comparison, catalogue.does(comparison.metric))}." if decided else _open(comparison)
    return f"{finding} Before Holm: {equals_p(comparison.p)}{mcnemar}. Could have shown: {shown}."


def _open(comparison: Comparison) -> str:
    seen = f"{points_between(comparison)} points, n = {comparison.n}, by Holm {equals_p(comparison.p_holm)}"
    first, second, does = comparison.a, comparison.b, catalogue.does(comparison.metric)
    return f"Undecided whether {first} or {second} {does} more often ({first} minus {second}: {seen})."


def everything(numbers: Numbers) -> Section:
    """Every comparison on every slice, for those who look one up."""
    title, anchor = "Appendix: every comparison", "comparisons"
    if not numbers.comparisons:
        return Section(title, anchor, [Paragraph("There was nothing to compare.")])
    heads = ["slice", "by", "first arm", "second arm", "n", "clusters", "points (95 %)", "p", "p (Holm)",
             "could have shown", "better"]  # fmt: skip
    rows = [_pair(comparison) for comparison in numbers.comparisons]
    table = Table("The first arm minus the second, in points of per cent", heads, rows, numbers=range(4, 10))
    return Section(title, anchor, [table])


def _pair(comparison: Comparison) -> list[str]:
    better = {"a": comparison.a, "b": comparison.b}.get(comparison.verdict, comparison.verdict)
    smallest = points(comparison.detectable, signed=False)
    return [
        comparison.slice, comparison.metric, comparison.a, comparison.b, str(comparison.n), str(comparison.clusters),
        points_between(comparison), p_value(comparison.p), p_value(comparison.p_holm), smallest, better,
    ]  # fmt: skip


def _family(numbers: Numbers) -> str:
    by_cutoff = any(comparison.slice in (UP_TO_CUTOFF, AFTER_CUTOFF) for comparison in numbers.comparisons)
    cut = " Slices by the adapter's cutoff hold the same questions again." if by_cutoff else ""
    margin = "" if numbers.margin is None else (
        f" Equivalent: the whole interval lies within the margin of {points(numbers.margin, signed=False)} points."
    )  # fmt: skip
    return (
        "All pairs on all questions, by being right, are one family for Holm's procedure; all other measures are "
        "another. The slices of a pair are a family of their own, looked at where the pair is decided on all questions "
        f"or its slices differ more than chance explains (see the appendix).{cut} An interval is for its comparison "
        "alone and excludes 0 exactly where p is below 0.05; a comparison is decided where the p by Holm is."
        + margin
        + " "
        "What could have shown is the difference that is decided, among all that is compared, in 80 % of cases."
    )
