"""The sections that say who is right how often: verdict, table of arms, the 2 x 2 design, and all pairs in words."""

from collections.abc import Callable, Iterator, Sequence

from shared.lab.report import design
from shared.lab.report.blocks import Block, Figure, Paragraph, Section, Table
from shared.lab.report.design import Design
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import count_of, points_between, share, share_of
from shared.lab.report.plots.scores import arms_by_slice
from shared.lab.report.table import Cell
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE, RIGHTLY, STATES
from shared.statistics.wording import NONE, p_value, points

NOTHING = Paragraph("There are no results to count.")


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
    heads = ["slice", "arm", "asked", "n", catalogue.heading(HEADLINE), "n", *map(catalogue.heading, _beside())]
    caption = "How often each arm is right: per cent of n, with 95 % intervals"
    yield Table(caption, heads, grouped(numbers.table, _scores), numbers=range(2, len(heads)))
    yield Paragraph(
        "right: an accepted answer is asserted, as a careful person reads the answer; asked: questions put to the arm; "
        "n: those that have an accepted answer. Exact match, F1 and contains have their own n before them; corr. is "
        "what arms were compared by before: an accepted answer's words occur in the answer, or the arm abstains where "
        "no document has one. Failed and missing answers count as not right.",
        small=True,
    )
    heads = ["slice", "arm", "asked", *STATES, *(head for name in _others() for head in ("n", catalogue.heading(name)))]
    caption = "What else became of the questions: per cent, with 95 % intervals"
    yield Table(caption, heads, grouped(numbers.table, _states), numbers=range(2, len(heads)))
    yield Paragraph(
        "abstained: also where that is right. rightly abstained: of the n questions that no document answers; wrongly "
        "abstained: of the n that have an accepted answer. outdated: says what a correction or retraction had made "
        "wrong (lower is better), of the n questions where something had.",
        small=True,
    )


def grouped(cells: Sequence[Cell], row: Callable[[Cell], list[str]]) -> list[list[str]]:
    """Rows of a table by slice, the slice's name only in its first row."""
    names = [cell.slice for cell in cells]
    firsts = [place == 0 or names[place - 1] != name for place, name in enumerate(names)]
    return [[cell.slice if first else "", cell.arm, *row(cell)] for cell, first in zip(cells, firsts, strict=True)]


def _scores(cell: Cell) -> list[str]:
    right, others = cell.scores.get(HEADLINE), [cell.scores.get(metric) for metric in _beside()]
    n = next((interval.n for interval in others if interval), None)
    shown = (share_of(interval, n) for interval in others)
    return [str(cell.asked), count_of(right), share(right), NONE if n is None else str(n), *shown]


def _states(cell: Cell) -> list[str]:
    intervals = [cell.scores.get(name) for name in _others()]
    others = (text for interval in intervals for text in (count_of(interval), share(interval)))
    return [str(cell.asked), *(share(cell.scores.get(state)) for state in STATES), *others]


def _beside() -> list[str]:
    """What stands beside being right: the other measures that are shown of which more is better."""
    return [name for name in catalogue.shown() if name in catalogue.where("higher") and name not in (HEADLINE, RIGHTLY)]


def _others() -> list[str]:
    """The other measures that are shown, but for the states of questions."""
    beside = (HEADLINE, *_beside(), *STATES)
    return [name for name in catalogue.shown() if name not in beside]


def design_(numbers: Numbers) -> Section:
    """The table of the literature, closed-book and open-book by base and tuned, for each 2 x 2 part of the contest."""
    title, anchor = "Retrieval and tuning: the 2 x 2 table", "design"
    if not numbers.design.arms:
        names = ", ".join(numbers.design.square.arms)
        return Section(title, anchor, [Paragraph(f"None of {names} has scored answers.")])
    blocks: list[Block] = []
    for square_design in (numbers.design, *numbers.further_designs):
        blocks += _of_square(numbers, square_design, alone=not numbers.further_designs)
    if numbers.design.effects:
        blocks.append(_about_effects())
    return Section(title, anchor, blocks)


def _of_square(numbers: Numbers, square_design: Design, *, alone: bool) -> Iterator[Block]:
    if not alone:
        yield Paragraph(f"The 2 x 2 of {', '.join(square_design.square.arms)}:")
    yield _two_by_two(numbers, square_design)
    if lacking := [arm for arm in square_design.square.arms if arm not in square_design.arms]:
        yield Paragraph(f"No scored answers of {', '.join(lacking)}: the effects that need them are left out.")
    if square_design.effects:
        yield _effects(square_design)


def _two_by_two(numbers: Numbers, square_design: Design) -> Table:
    square = square_design.square
    books = {"closed-book": (square.base, square.tuned), "open-book": (square.base_reading, square.tuned_reading)}
    rows = []
    for metric in (metric for metric in design.rows() if metric in square_design.cells):
        cells = square_design.cells[metric]
        n = max(interval.n for interval in cells.values())
        for book, pair in books.items():
            first = book == next(iter(books))
            shown = (share_of(cells.get(arm or ""), n) for arm in pair)
            rows.append([catalogue.heading(metric) if first else "", str(n) if first else "", book, *shown])
    heads = ["measure", "n", "", "base", "tuned"]
    what = "answers to questions" if numbers.runs.names else "questions"
    caption = (
        f"Per cent with 95 % intervals, over the {square_design.n} scored {what} that all of these arms were asked"
    )
    return Table(caption, heads, rows, numbers=(1, 3, 4))


def _effects(square_design: Design) -> Table:
    rows = []
    for effect in square_design.effects:
        comparison = effect.comparison
        direction = "raises" if (comparison.difference or 0) > 0 else "lowers"
        decided = "undecided" if comparison.verdict == "undecided" else direction
        smallest = points(comparison.detectable, signed=False)
        rows.append(
            [effect.what, str(comparison.n), points_between(comparison), p_value(comparison.p_holm), smallest, decided]
        )
    heads = ["effect of", "n", "points (95 %)", "p (Holm)", "could have shown", "verdict"]
    return Table("Effects on being right, question by question", heads, rows, numbers=range(1, 5))


def _about_effects() -> Paragraph:
    return Paragraph(
        "Interaction: what retrieval gives the tuned model, less what it gives the base model. Positive: they help "
        "each other; negative: each does what the other would have done, or they are in each other's way. Averages "
        "and interaction are a family of their own for Holm's adjustment; the others are the pairs below. could have "
        "shown: the smallest difference that is decided, among all that is compared, in 80 % of cases.",
        small=True,
    )


def by_attribute(numbers: Numbers) -> Section:
    """Accuracy by kind, source, topic, language and popularity."""
    title, anchor = "By kind of question and by document", "attributes"
    if not numbers.groups:
        why = "All scored questions are of one kind, and nothing that tells their documents apart is known."
        return Section(title, anchor, [Paragraph(why)])
    spoken = [arm for arm in numbers.arms if any(arm in group.right for group in numbers.groups)]
    rows, last = list[list[str]](), ""
    for group in numbers.groups:
        shown = (share_of(group.right.get(arm), group.n) for arm in spoken)
        rows.append([group.by if group.by != last else "", group.value, str(group.n), *shown])
        last = group.by
    heads = ["by", "", "n", *spoken]
    about = Paragraph(
        "A question is in the group of every source, topic and language of its gold documents, as far as these are "
        "known, so that groups may overlap. Popularity: how many of these questions are about the document. The groups "
        "are many and are compared with nothing: where a difference matters, ask for it with a slice of its own.",
        small=True,
    )
    return Section(
        title,
        anchor,
        [Table("Right, in per cent with 95 % intervals", heads, rows, numbers=range(2, len(heads))), about],
    )
