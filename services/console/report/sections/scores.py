"""The sections that say who is right how often: verdict, table of arms, the 2 x 2 design, and all pairs in words."""

from collections.abc import Iterator

from services.console.report import design, verdict
from services.console.report.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from services.console.report.numbers import AFTER_CUTOFF, UP_TO_CUTOFF, Numbers
from services.console.report.phrasing import equals_p, p_value, points, points_between, share, share_of
from services.console.report.plots.scores import arms_by_slice
from services.console.report.scores import CORRECT, DESIGN
from services.console.report.table import Cell
from shared.standings import ALL
from shared.statistics.comparison import Comparison

HEADS = {"correct": "right", "exact_match": "exact match", "f1": "F1"}
NOTHING = Paragraph("There are no results to count.")


def verdict_(numbers: Numbers) -> Section:
    """The paragraph to read where only one is read, and what was decided on each slice."""
    blocks: list[Block] = [Paragraph(verdict.paragraph(numbers))]
    if said := verdict.sentences(numbers):
        blocks += [Paragraph("By kind of question (slice):"), Bullets(said)]
    blocks.append(
        Paragraph(
            "Undecided means that this many questions do not tell, not that the arms are equal. The verdict holds for "
            "these questions, documents, models and prompts; it is no general statement about retrieval or tuning.",
            small=True,
        )
    )
    return Section("Verdict", "verdict", blocks)


def arms(numbers: Numbers) -> Section:
    """Every arm on every slice."""
    if not numbers.arms:
        return Section("The arms", "arms", [NOTHING])
    return Section("The arms", "arms", [*_picture(numbers), *_table(numbers)])


def _picture(numbers: Numbers) -> Iterator[Block]:
    if numbers.scored:
        yield Figure(
            arms_by_slice(numbers.table, numbers.arms),
            "How often each arm is right, by slice. Lines are 95 % intervals; n is the number of scored questions.",
            "Accuracy of each arm on each slice; the table below has the same numbers.",
        )


def _table(numbers: Numbers) -> Iterator[Block]:
    heads = ("slice", "arm", "asked", "n", "right", "exact match", "F1", "contains", "outdated", "abstained", "failed",
             "missing")  # fmt: skip
    rows = [_row(one) for one in numbers.table]
    yield Table("Means with 95 % intervals, in per cent of n", heads, rows, numbers=range(2, len(heads)))
    yield Paragraph(
        "right: an accepted answer occurs in the answer, or the arm abstains where no document has one. asked: "
        "questions put to the arm; n: those that could be scored so. Exact match, F1 and contains count only questions "
        "that have an accepted answer, outdated only those where later news made an answer wrong (lower is better); their n "
        "stands beside them where it is another. Failed and missing answers count as not right.",
        small=True,
    )


def _row(one: Cell) -> list[str]:
    n = one.scores[CORRECT].n if CORRECT in one.scores else 0
    cells = [one.slice, one.arm, str(one.asked), str(n), share(one.scores.get(CORRECT))]
    for metric in ("exact_match", "f1", "contains", "outdated", "abstained", "failed", "missing"):
        found = one.scores.get(metric)
        cells.append(share(found) if found is None or found.n == n else share_of(found))
    return cells


def design_(numbers: Numbers) -> Section:
    """The table of the literature: closed-book and open-book by base and tuned."""
    title, anchor, found = "Retrieval and tuning: the 2 x 2 table", "design", numbers.design
    if not found.arms:
        return Section(title, anchor, [Paragraph("None of base, base+rag, tuned and tuned+rag has scored answers.")])
    lacking = [arm for arm in DESIGN if arm not in found.arms]
    blocks: list[Block] = [_two_by_two(numbers)]
    if lacking:
        blocks.append(Paragraph(f"No scored answers of {', '.join(lacking)}: the effects that need them are left out."))
    if found.effects:
        blocks += [_effects(numbers), _about_effects()]
    return Section(title, anchor, blocks)


def _two_by_two(numbers: Numbers) -> Table:
    found = numbers.design
    metrics = [metric for metric in design.PUBLISHED if metric in found.cells]
    rows = []
    for name, pair in (
        ("closed-book", (design.BASE, design.TUNED)),
        ("open-book", (design.BASE_RAG, design.TUNED_RAG)),
    ):
        cells = [share_of(found.cells[metric].get(arm)) for arm in pair for metric in metrics]
        rows.append([name, *cells])
    heads = ["", *(f"{model}: {HEADS[metric]}" for model in ("base", "tuned") for metric in metrics)]
    caption = f"Means with 95 % intervals over the {found.n} scored questions that all of these arms were asked"
    return Table(caption, heads, rows, numbers=range(1, len(heads)))


def _effects(numbers: Numbers) -> Table:
    rows = []
    for one in numbers.design.effects:
        found = one.comparison
        decided = "undecided" if found.verdict == "undecided" else "raises" if (found.difference or 0) > 0 else "lowers"
        smallest = points(found.detectable, signed=False)
        rows.append([one.what, str(found.n), points_between(found), p_value(found.p_holm), smallest, decided])
    heads = ["effect of", "n", "points (95 %)", "p (Holm)", "could have shown", "verdict"]
    return Table("Effects on being right, question by question", heads, rows, numbers=range(1, 5))


def _about_effects() -> Paragraph:
    return Paragraph(
        "Interaction: what retrieval gives the tuned model, less what it gives the base model. Positive: they help "
        "each other; negative: each does what the other would have done, or they are in each other's way. The effects "
        "of this table are one family for Holm's adjustment. could have shown: the smallest difference that this many "
        "questions show in 80 % of cases.",
        small=True,
    )


def pairs(numbers: Numbers) -> Section:
    """Every pair in words, and on every slice in a table."""
    title, anchor = "Every pair of arms", "pairs"
    if not numbers.comparisons:
        why = "There is only one arm." if len(numbers.arms) == 1 else "No question has scored answers of two arms."
        return Section(title, anchor, [Paragraph(why)])
    overall = [f"{one.sentence()} {_tests(one)}" for one in numbers.comparisons if one.slice == ALL]
    heads = ["slice", "by", "pair", "n", "clusters", "points (95 %)", "p", "p (Holm)", "could have shown", "better"]
    rows = [_pair(one) for one in numbers.comparisons]
    return Section(
        title,
        anchor,
        [
            Bullets(overall),
            Table("Every comparison: the first arm minus the second", heads, rows, numbers=range(3, 9)),
            Paragraph(_family(numbers), small=True),
        ],
    )


def _tests(one: Comparison) -> str:
    p = f"Sign-flip test: {equals_p(one.p)}, by Holm {equals_p(one.p_holm)}"
    return f"{p}; McNemar {equals_p(one.mcnemar_p)}." if one.mcnemar_p is not None else f"{p}."


def _pair(one: Comparison) -> list[str]:
    better = "undecided" if one.verdict == "undecided" else one.a if one.verdict == "a" else one.b
    smallest = points(one.detectable, signed=False)
    return [
        one.slice, one.metric, f"{one.a} / {one.b}", str(one.n), str(one.clusters), points_between(one),
        p_value(one.p), p_value(one.p_holm), smallest, better,
    ]  # fmt: skip


def _family(numbers: Numbers) -> str:
    cut = " Slices by the adapter's cutoff hold the same questions again." * any(
        one.slice in (UP_TO_CUTOFF, AFTER_CUTOFF) for one in numbers.comparisons
    )
    return (
        f"The {len(numbers.comparisons)} comparisons are one family for Holm's adjustment; each interval is for its "
        f"comparison alone.{cut} A comparison is decided where the adjusted p is below 0.05 and the interval excludes "
        "0. A dash under `could have shown`: with fewer than six clusters no difference could."
    )
