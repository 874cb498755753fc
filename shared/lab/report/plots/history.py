"""The plot of how the arms' means changed, with their confidence sequences, as live standings told them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from shared.lab.report.plots.drawing import drawn, legend_above, looks, per_cent
from shared.lab.report.plots.scores import LABEL
from shared.records import bounded
from shared.statistics.intervals import Interval

LONGEST_NAME = 24
"""Of an arm in the legend: longer names would take the picture's room."""


def over_time(points: Sequence[tuple[datetime, Mapping[str, Interval]]], arms: Sequence[str]) -> str:
    """A line an arm, stepping where something was counted, with its 95 % limits dotted and its n in the legend."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    look = looks(arms)
    with drawn("history", height=4.4) as (_, axis, svg):
        for arm in arms:
            told = [(at, means[arm]) for at, means in points if arm in means and means[arm].mean is not None]
            if not told:
                continue
            times, style = [at.astimezone(UTC) for at, _ in told], look[arm]
            axis.plot(
                times, [100 * (of.mean or 0.0) for _, of in told],
                label=f"{bounded(arm, LONGEST_NAME)} (n = {told[-1][1].n})",
                drawstyle="steps-post", linewidth=1.4, markevery=[-1], **style,
            )  # fmt: skip
            lows, highs = [100 * of.low for _, of in told], [100 * of.high for _, of in told]
            axis.fill_between(times, lows, highs, step="post", color=style["color"], alpha=0.06, linewidth=0)
            for limit in (lows, highs):
                axis.plot(times, limit, drawstyle="steps-post", color=style["color"], linewidth=0.8, linestyle=":")
        locator = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
        axis.xaxis.set_major_locator(locator)
        axis.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC))  # type: ignore[no-untyped-call]
        axis.set_xlabel("when the newest question was scored, UTC")
        per_cent(axis, LABEL)
        legend_above(axis, 2)
    return svg[0]
