"""The table that a trial ends in: slices and arms, with n, scores and intervals."""

from collections.abc import Iterator, Sequence

from services.console import output
from shared.lab import summary
from shared.lab.report import advice, verdict
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import verdict as section
from shared.lab.summary import Summary
from shared.messages import Result
from shared.scoring import catalogue

MISSING = "missing"
LEGEND = (
    "right: asserts an accepted answer, where there is one; EM and F1: exact match and token F1 as RealTime QA counts "
    "them; cont.: contains an accepted answer; corr.: the same, or abstains where no document has one; abst.: "
    "abstained, rightly where no document has an answer and wrongly where one has; outd.: says what a correction or "
    "retraction had made wrong. In brackets: 95 % intervals."
)


def print_scoreboard(results: Sequence[Result], *, json: bool = False) -> None:
    """Show results as a scoreboard, or as the JSON of a summary."""
    numbers = count(gather(results, read_from="results"))
    counts = summary.of_numbers(numbers)
    if json:
        return output.as_json(counts)
    show(counts)
    return say_verdict(numbers)


def say_verdict(numbers: Numbers) -> None:
    """What to do, the decisions as a table, and all that the numbers say."""
    output.say(advice.paragraph(numbers))
    if rows := section.decided(numbers):
        right = [section.HEADS[place] for place in section.NUMBERS]
        output.table("", section.HEADS, rows, right=right, names=2)
    for sentence in (*verdict.details(numbers), *verdict.sentences(numbers)):
        output.say(f"- {sentence}")


def show(counts: Summary) -> None:
    """The table of a summary, what its columns mean, and the latencies."""
    shown = catalogue.shown()
    numbers = ["n", *(shown[name].short or name for name in columns(counts))]
    output.table("", ["slice", "arm", *numbers], rows(counts), right=numbers, names=2)
    output.say(LEGEND)
    output.say(waits(counts))


def waits(counts: Summary) -> str:
    """The median of each arm's own time for an answer, and of the time in the queue, in a sentence."""
    told = [
        f"{arm} {own.p50 / 1000:.1f} s (queue {queue.p50 / 1000:.1f} s)"
        for arm, own in counts.own_ms.items()
        if (queue := counts.queue_ms[arm]) and own.p50 is not None and queue.p50 is not None
    ]
    return f"Median time of work for an answer, and of waiting behind others: {', '.join(told) or 'there were none'}."


def columns(counts: Summary) -> list[str]:
    """The measures of the table; `missing` alone stands there only where an answer is missing."""
    missing = any(cell.means[MISSING] for slices in counts.arms.values() for cell in slices.values())
    return [name for name in catalogue.shown() if name != MISSING or missing]


def rows(counts: Summary) -> Iterator[list[str]]:
    """Cells as text, slice by slice."""
    for name in next(iter(counts.arms.values()), {}):
        for place, (arm, slices) in enumerate(counts.arms.items()):
            cell = slices[name]
            yield [
                name if place == 0 else "",
                arm,
                str(cell.n),
                *(_share(cell.means[metric], cell.limits.get(metric)) for metric in columns(counts)),
            ]


def _share(value: float | None, bounds: Sequence[float] | None = None) -> str:
    if value is None:
        return "-"
    low, high = (f"{bound:.2f}".removeprefix("0") for bound in bounds or (0.0, 0.0))
    return f"{value:.2f} ({low}-{high})" if bounds else f"{value:.2f}"
