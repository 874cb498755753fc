"""The section about several runs of the same questions: each run's numbers, and how far apart they lie."""

from collections.abc import Iterator

from shared.lab.report.blocks import Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import percent
from shared.lab.report.runs import Spread
from shared.statistics.wording import NONE, points


def runs(numbers: Numbers) -> Iterator[Section]:
    """None where there was one run."""
    runs = numbers.runs
    if not runs.names:
        return
    heads = ["right, per cent", *runs.names, "mean", "deviation", "95 % over runs"]
    arms = [_row(spread, signed=False) for spread in runs.arms]
    effects = [_row(spread, signed=True) for spread in runs.effects]
    about = Paragraph(
        f"The same questions were put to the arms in {len(runs.names)} runs ({', '.join(runs.names)}). Everywhere "
        "else n counts answers, and what was said to one question in all runs is one cluster. Comparisons with a "
        "trained arm, and its own interval in the tables of arms, hold for both questions and trainings. The limits "
        "here are over runs, with these questions as they are (Student's t over the runs' means; with few runs they "
        "are wide).",
        small=True,
    )
    yield Section(
        "The runs side by side",
        "runs",
        [
            Table("How often each arm is right, by run", heads, arms, numbers=range(1, len(heads))),
            Table("Effects on being right, by run, in points", ["effect of", *heads[1:]], effects,
                  numbers=range(1, len(heads))),
            about,
        ],
    )  # fmt: skip


def _row(spread: Spread, *, signed: bool) -> list[str]:
    def written(value: float | None) -> str:
        return points(value) if signed else percent(value).removesuffix(" %")

    limits = NONE if spread.low is None or spread.high is None else f"{written(spread.low)} to {written(spread.high)}"
    deviation = points(spread.deviation, signed=False)
    return [spread.what, *map(written, spread.by_run), written(spread.mean), deviation, limits]
