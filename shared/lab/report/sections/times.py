"""The sections about time: accuracy against the age of the news, and against its freshness."""

from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from shared.lab.report.curves import Curve
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import plain, share_of
from shared.lab.report.plots.scores import curve


def age(numbers: Numbers) -> Section:
    """The curve of accuracy against the age of the news, relative to the cutoff of the adapter."""
    title, anchor, found = "Accuracy against the age of the news", "age", numbers.age
    if not found.bins:
        return Section(title, anchor, [Paragraph(f"The curve cannot be drawn: {found.lacking}."), *_unknown(found)])
    picture = Figure(
        curve(found, numbers.arms, name="age", label="days after the adapter's cutoff", split="cutoff"),
        f"How often each arm is right by age of the news (n = {found.n}), with 95 % intervals. Left of the dashed line "
        "the tuned model may have learned the news, right of it it cannot have.",
        "Accuracy of each arm by age of the news; the table below has the same numbers.",
    )
    about = Paragraph(
        "Age: when the newest gold document of a question was published (its newest revision), minus the cutoff of the "
        "adapter that answered; negative is older than the cutoff. Bins hold about equal numbers of questions and lie "
        "on one side of the cutoff; places on the axis are bins, not a scale. Questions of different age may differ in "
        "more than age.",
        small=True,
    )
    return Section(title, anchor, [picture, _table(found, numbers.arms), about, *_unknown(found)])


def freshness(numbers: Numbers) -> Section:
    """Whether news is answered as well right after it came in, and what stale evidence does."""
    title, anchor, found = "Freshness against accuracy", "freshness", numbers.freshness
    blocks: list[Block] = []
    if found.bins:
        blocks += [
            Figure(
                curve(
                    found,
                    numbers.arms,
                    name="fresh",
                    label=f"{found.unit} between findable and asked",
                    split="asked first",
                ),
                f"How often each arm is right by how long the news had been findable when the question was asked "
                f"(n = {found.n}), with 95 % intervals. Negative: asked before it could be found.",
                "Accuracy of each arm by freshness; the table below has the same numbers.",
            ),
            _table(found, numbers.arms),
        ]
    else:
        blocks.append(Paragraph(f"How fresh the news was cannot be told: {found.lacking}."))
    return Section(title, anchor, [*blocks, *_unknown(found), *_stale(numbers)])


def _table(found: Curve, arms: Sequence[str]) -> Table:
    spoken = [arm for arm in arms if any(arm in one.right for one in found.bins)]
    rows = [
        [
            f"{plain(one.low, 2)} to {plain(one.high, 2)}",
            plain(one.middle, 2),
            str(one.n),
            *(share_of(one.right.get(arm), one.n) for arm in spoken),
        ]
        for one in found.bins
    ]
    heads = [found.unit, "median", "questions", *spoken]
    return Table("Right, in per cent with 95 % intervals", heads, rows, numbers=range(len(heads)))


def _unknown(found: Curve) -> Iterator[Block]:
    if found.unknown:
        yield Paragraph("Questions that are not in it:")
        yield Bullets([f"{count}: {why}" for why, count in found.unknown.items()])


def _stale(numbers: Numbers) -> Iterator[Block]:
    if numbers.staleness:
        heads = ["arm", "right with current evidence", "right with stale evidence"]
        rows = [[one.arm, share_of(one.fresh), share_of(one.stale)] for one in numbers.staleness]
        caption = "Stale: the search had not caught up with the news before the question's deadline"
        yield Table(caption, heads, rows, numbers=(1, 2))
