"""The sections about time: accuracy against the age of the news, and against its freshness."""

from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from shared.lab.report.curves import Curve
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import plain, share_of
from shared.lab.report.plots.scores import curve as picture_of_curve


def age(numbers: Numbers) -> Section:
    """The curve of accuracy against the age of the news, relative to the cutoff of the adapter."""
    title, anchor, curve = "Accuracy against the age of the news", "age", numbers.age
    if not curve.bins:
        return Section(title, anchor, [Paragraph(f"The curve cannot be drawn: {curve.lacking}."), *_unknown(curve)])
    picture = Figure(
        picture_of_curve(curve, numbers.arms, name="age", label="days after the adapter's cutoff", split="cutoff"),
        f"How often each arm is right by age of the news (n = {curve.n}), with 95 % intervals. Left of the dashed line "
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
    return Section(title, anchor, [picture, _table(curve, numbers.arms), about, *_unknown(curve)])


def freshness(numbers: Numbers) -> Section:
    """Whether news is answered as well right after it came in, and what stale evidence does."""
    title, anchor, curve = "Freshness against accuracy", "freshness", numbers.freshness
    blocks: list[Block] = []
    if curve.bins:
        blocks += [
            Figure(
                picture_of_curve(
                    curve,
                    numbers.arms,
                    name="fresh",
                    label=f"{curve.unit} between findable and asked",
                    split="asked first",
                ),
                f"How often each arm is right by how long the news had been findable when the question was asked "
                f"(n = {curve.n}), with 95 % intervals. Negative: asked before it could be found.",
                "Accuracy of each arm by freshness; the table below has the same numbers.",
            ),
            _table(curve, numbers.arms),
        ]
    else:
        blocks.append(Paragraph(f"How fresh the news was cannot be told: {curve.lacking}."))
    return Section(title, anchor, [*blocks, *_unknown(curve), *_stale(numbers)])


def _table(curve: Curve, arms: Sequence[str]) -> Table:
    spoken = [arm for arm in arms if any(arm in bin_.right for bin_ in curve.bins)]
    rows = [
        [
            f"{plain(bin_.low, 2)} to {plain(bin_.high, 2)}",
            plain(bin_.middle, 2),
            str(bin_.n),
            *(share_of(bin_.right.get(arm), bin_.n) for arm in spoken),
        ]
        for bin_ in curve.bins
    ]
    heads = [curve.unit, "median", "questions", *spoken]
    return Table("Right, in per cent with 95 % intervals", heads, rows, numbers=range(len(heads)))


def _unknown(curve: Curve) -> Iterator[Block]:
    if curve.unknown:
        yield Paragraph("Questions that are not in it:")
        yield Bullets([f"{count}: {why}" for why, count in curve.unknown.items()])


def _stale(numbers: Numbers) -> Iterator[Block]:
    if numbers.staleness:
        heads = ["arm", "right with current evidence", "right with stale evidence"]
        rows = [
            [staleness.arm, share_of(staleness.fresh), share_of(staleness.stale)] for staleness in numbers.staleness
        ]
        caption = "Stale: the search had not caught up with the news before the question's deadline"
        yield Table(caption, heads, rows, numbers=(1, 2))
