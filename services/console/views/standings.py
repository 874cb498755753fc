"""How a live standing looks: means with their intervals, named as what they are, and each pair decided or not."""

from collections.abc import Iterator, Sequence

from services.console import output
from shared.messages import Difference, Estimate, Standing
from shared.scoring import catalogue

KINDS = {
    "confidence_sequence": (
        "Intervals are 95 % confidence sequences: they hold at all times together, so look as often as you like. "
        "Each is for one mean; those of the differences hold together, over all pairs of this slice."
    ),
    "fixed_size": (
        "Intervals are 95 % for a number of questions that was fixed beforehand, and err more often for who looks "
        "again and again: this standing was published by an older scorer."
    ),
}


def show(standing: Standing) -> None:
    """Print it for a person."""
    measures = [name for name, one in catalogue.shown().items() if one.live]
    columns = ["arm", "n", *measures]
    rows = ([arm, *_row(estimates, measures)] for arm, estimates in standing.arms.items())
    output.table(
        f"Standing of {standing.slice}{_of(standing)} at {standing.counted_at:%Y-%m-%d %H:%M:%S} UTC",
        columns,
        rows,
        columns[1:],
    )
    for line in sentences(standing):
        output.say(line)


def _of(standing: Standing) -> str:
    return f" in contest {standing.contest.label}" if standing.contest else ""


def sentences(standing: Standing) -> Iterator[str]:
    """What is decided by now, what is not, and what the intervals are."""
    yield from (_said(one) for one in standing.differences)
    kinds = {one.interval for estimates in standing.arms.values() for one in estimates.values()}
    yield from (KINDS[kind] for kind in sorted(kinds))


def _row(estimates: dict[str, Estimate], measures: Sequence[str]) -> list[str]:
    n = max((one.n for one in estimates.values()), default=0)
    return [str(n), *(_cell(estimates.get(metric), n) for metric in measures)]


def _cell(one: Estimate | None, usual: int) -> str:
    if one is None:
        return "-"
    low, high = (f"{end:.2f}" for end in one.ci95)
    return f"{one.mean:.2f} ({low}-{high})" + ("" if one.n == usual else f" n={one.n}")


def _said(one: Difference) -> str:
    numbers = f"{one.a} minus {one.b}: {one.mean:+.2f}, {one.ci95[0]:+.2f} to {one.ci95[1]:+.2f}, n = {one.n}"
    if one.better is None:
        return f"Undecided by now between {one.a} and {one.b} on {one.metric} ({numbers})."
    return f"{one.better} is better than {one.b if one.better == one.a else one.a} on {one.metric} ({numbers})."
