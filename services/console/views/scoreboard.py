"""The table that a trial ends in: slices and arms, with n, scores and intervals."""

from collections.abc import Iterator, Sequence

from services.console import output
from shared.lab import summary
from shared.lab.report import advice, verdict
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import verdict as section
from shared.lab.summary import ArmOnSlice, Summary
from shared.messages import Result
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY

WITH_LIMITS = (HEADLINE, RIGHTLY, WRONGLY)
"""The measures beside which intervals stand: more do not fit into a terminal."""
LEGEND = (
    "n: questions that have an accepted answer + those that no document answers. Of the former are right: asserts an "
    "accepted answer; EM: gives nothing else, exact match as RealTime QA counts it; wrongly abst.: declined. Of the "
    "latter rightly abst.: declined. outd.: says what a correction or retraction had made wrong. In brackets: 95 % "
    "intervals."
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
    """The measures of the table; `failed` and `missing` stand there only where an answer failed or is missing."""
    cells = [cell for slices in counts.arms.values() for cell in slices.values()]
    shown = [name for name, column in catalogue.shown().items() if not column.aside]
    return [name for name in shown if name not in catalogue.UNANSWERED or any(cell.means[name] for cell in cells)]


def rows(counts: Summary) -> Iterator[list[str]]:
    """Cells as text, slice by slice, of the arms that were asked there."""
    for name in next(iter(counts.arms.values()), {}):
        asked = {arm: slices[name] for arm, slices in counts.arms.items() if slices[name].n}
        for place, (arm, cell) in enumerate(asked.items()):
            yield [
                name if place == 0 else "",
                arm,
                _asked(cell),
                *(
                    _share(cell.means[metric], cell.limits.get(metric) if metric in WITH_LIMITS else None)
                    for metric in columns(counts)
                ),
            ]


def _asked(cell: ArmOnSlice) -> str:
    """Questions with an answer and without one, where there are both; all that were asked where neither is known."""
    known = [str(n) for n in (cell.answerable, cell.unanswerable) if n]
    return "+".join(known) or str(cell.n)


def _share(value: float | None, bounds: Sequence[float] | None = None) -> str:
    if value is None:
        return "-"
    low, high = (f"{bound:.2f}".removeprefix("0").removesuffix(".00") or "0" for bound in bounds or (0.0, 0.0))
    return f"{value:.2f} ({low}-{high})" if bounds else f"{value:.2f}"
