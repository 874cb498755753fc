"""How a live standing looks."""

from services.console import output
from shared.lab import standing_words
from shared.messages import Standing


def show(standing: Standing) -> None:
    """Print it for a person."""
    measures = standing_words.measures()
    columns = ["arm", "n", *measures]
    rows = ([arm, *standing_words.row(estimates, measures)] for arm, estimates in standing.arms.items())
    output.table(
        f"Standing of {standing.slice}{_of(standing)} at {standing.counted_at:%Y-%m-%d %H:%M:%S} UTC, in per cent",
        columns,
        rows,
        columns[1:],
    )
    for line in standing_words.sentences(standing):
        output.say(line)


def _of(standing: Standing) -> str:
    return f" in contest {standing.contest.label}" if standing.contest else ""
