"""The table that a trial ends in: slices and arms, with n, scores and intervals."""

from collections.abc import Iterator, Sequence
from typing import Any

from services.console import output
from services.console.demo import summary, verdict
from shared.messages import Result

HEADS = ("slice", "arm", "n", "correct", "95 %", "EM", "F1", "95 %", "contains", "abstained", "outdated", "failed")
RIGHT = tuple(head for head in HEADS if head not in ("slice", "arm"))


def print_scoreboard(results: Sequence[Result], *, json: bool = False) -> None:
    """Show results as a scoreboard, or as the JSON of a summary."""
    counted = summary.of_results(results)
    if json:
        return output.as_json(counted)
    show(counted)
    for sentence in verdict.sentences(results):
        output.say(sentence)
    return None


def show(counted: dict[str, Any]) -> None:
    """The table of a summary, then the latencies."""
    output.table("", HEADS, rows(counted), right=RIGHT)
    latencies = [
        f"{arm} {times['p50'] / 1000:.1f} s" for arm, times in counted["latency_ms"].items() if times["p50"] is not None
    ]
    output.say(f"Median wait for an answer, the queue included: {', '.join(latencies) or 'no answers'}.")


def rows(counted: dict[str, Any]) -> Iterator[list[str]]:
    """Cells as text, slice by slice."""
    arms = counted["arms"]
    for name in next(iter(arms.values()), {}):
        for place, (arm, slices) in enumerate(arms.items()):
            cell = slices[name]
            yield [
                name if place == 0 else "",
                arm,
                str(cell["n"]),
                _share(cell["correct"]),
                _interval(cell["correct_ci95"]),
                _share(cell["exact_match"]),
                _share(cell["f1"]),
                _interval(cell["f1_ci95"]),
                *(_share(cell[metric]) for metric in ("contains", "abstained", "outdated", "failed")),
            ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _interval(bounds: Sequence[float] | None) -> str:
    return "-" if bounds is None else f"{bounds[0]:.2f}-{bounds[1]:.2f}"
