"""The sections that compare arms pair by pair: in words on all questions, and in an appendix on every slice."""

from shared.lab.report.blocks import Bullets, Paragraph, Section, Table
from shared.lab.report.numbers import AFTER_CUTOFF, UP_TO_CUTOFF, Numbers
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
    overall = [_in_words(one) for one in numbers.comparisons if one.slice == ALL]
    return Section(title, anchor, [Bullets(overall), Paragraph(_family(numbers), small=True)])


def _in_words(one: Comparison) -> str:
    """Who is better or that it is undecided, the tests, and what could have shown; each number once."""
    mcnemar = "" if one.mcnemar_p is None else f", McNemar {equals_p(one.mcnemar_p)}"
    shown = "no difference" if one.detectable is None else f"{points(one.detectable, signed=False)} points or more"
    said = f"{lead(one, catalogue.does(one.metric))}." if one.verdict != "undecided" else _open(one)
    return f"{said} Sign-flip test before Holm: {equals_p(one.p)}{mcnemar}. Could have shown: {shown}."


def _open(one: Comparison) -> str:
    seen = f"{points_between(one)} points, n = {one.n}, by Holm {equals_p(one.p_holm)}"
    return (
        f"Undecided whether {one.a} or {one.b} {catalogue.does(one.metric)} more often ({one.a} minus {one.b}: {seen})."
    )


def everything(numbers: Numbers) -> Section:
    """Every comparison on every slice, for those who look one up."""
    title, anchor = "Appendix: every comparison", "comparisons"
    if not numbers.comparisons:
        return Section(title, anchor, [Paragraph("There was nothing to compare.")])
    heads = ["slice", "by", "first arm", "second arm", "n", "clusters", "points (95 %)", "p", "p (Holm)",
             "could have shown", "better"]  # fmt: skip
    rows = [_pair(one) for one in numbers.comparisons]
    table = Table("The first arm minus the second, in points of per cent", heads, rows, numbers=range(4, 10))
    return Section(title, anchor, [table])


def _pair(one: Comparison) -> list[str]:
    better = "undecided" if one.verdict == "undecided" else one.a if one.verdict == "a" else one.b
    smallest = points(one.detectable, signed=False)
    return [
        one.slice, one.metric, one.a, one.b, str(one.n), str(one.clusters), points_between(one),
        p_value(one.p), p_value(one.p_holm), smallest, better,
    ]  # fmt: skip


def _family(numbers: Numbers) -> str:
    overall = sum(one.slice == ALL for one in numbers.comparisons)
    by_cutoff = any(one.slice in (UP_TO_CUTOFF, AFTER_CUTOFF) for one in numbers.comparisons)
    cut = " Slices by the adapter's cutoff hold the same questions again." if by_cutoff else ""
    return (
        f"The {overall} comparisons on all questions are one family for Holm's adjustment; the "
        f"{len(numbers.comparisons) - overall} on slices are another (see the appendix).{cut} Each interval is for "
        "its comparison alone. A comparison is decided where the adjusted p is below 0.05 and the interval excludes "
        "0. What could have shown is the smallest difference that this many questions show in 80 % of cases; none, "
        "with fewer than six clusters."
    )
