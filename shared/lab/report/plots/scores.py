"""Plots of accuracies: arms by slice, and the curves over the age of the news and over freshness."""

from collections.abc import Sequence

from shared.lab.report.curves import Curve
from shared.lab.report.plots.drawing import GREY, drawn, errors, legend_above, looks, per_cent
from shared.lab.report.table import Cell
from shared.scoring.catalogue import HEADLINE

LABEL = "right, of questions that have an answer"


def arms_by_slice(cells: Sequence[Cell], arms: Sequence[str]) -> str:
    """One row a slice, one marker an arm, with 95 % intervals; the first slice on top."""
    slices = list(dict.fromkeys(cell.slice for cell in cells if HEADLINE in cell.scores))
    look = looks(arms)
    with drawn("arms", height=1.3 + 0.22 * len(slices) * (1 + len(arms))) as (_, axis, svg):
        for place, arm in enumerate(arms):
            for row, name in enumerate(slices):
                interval = next(cell.scores.get(HEADLINE) for cell in cells if (cell.slice, cell.arm) == (name, arm))
                if interval is not None:
                    at = row + 0.75 * ((place + 0.5) / len(arms) - 0.5)
                    axis.errorbar(
                        100 * (interval.mean or 0.0), at, xerr=errors(interval), label=arm if row == 0 else None,
                        linestyle="none", capsize=3, **look[arm],
                    )  # fmt: skip
        most = {name: max(cell.scores[HEADLINE].n for cell in cells if cell.slice == name and HEADLINE in cell.scores)
                for name in slices}  # fmt: skip
        axis.set_yticks(range(len(slices)), [f"{name}\nn = {most[name]}" for name in slices])
        axis.set_ylim(len(slices) - 0.5, -0.5)
        axis.grid(visible=False, axis="y")
        for row in range(1, len(slices)):
            axis.axhline(row - 0.5, color="#c8cdd1", linewidth=0.8)
        per_cent(axis, f"{LABEL}, with 95 % interval", vertical=False)
        legend_above(axis, len(arms))
    return svg[0]


def curve(curve: Curve, arms: Sequence[str], *, name: str, label: str, split: str = "") -> str:
    """Accuracy by bin: one place for each bin, its range and n written below, so that a lone old bin squeezes none.

    `split` names the line between bins below and above 0.
    """
    look = looks(arms)
    spoken = [arm for arm in arms if any(arm in bin_.right for bin_ in curve.bins)]
    with drawn(name, height=4.4) as (_, axis, svg):
        for place, arm in enumerate(spoken):
            at = [row + 0.5 * ((place + 0.5) / len(spoken) - 0.5) for row, bin_ in enumerate(curve.bins)]
            plotted = [(x, bin_.right[arm]) for x, bin_ in zip(at, curve.bins, strict=True) if arm in bin_.right]
            means = [100 * (right.mean or 0.0) for _, right in plotted]
            reach = [[errors(right)[side][0] for _, right in plotted] for side in (0, 1)]
            axis.errorbar([x for x, _ in plotted], means, yerr=reach, label=arm, capsize=3, linewidth=1.2, **look[arm])
        below = sum(bin_.high <= 0 for bin_ in curve.bins)
        if split and 0 < below < len(curve.bins):
            axis.axvline(below - 0.5, color=GREY, linestyle="--")
            axis.text(below - 0.48, 104, f"{split} ", ha="left", va="top", color=GREY)
        axis.set_xticks(range(len(curve.bins)), [f"{_range(bin_.low, bin_.high)}\nn = {bin_.n}" for bin_ in curve.bins])
        axis.set_xlim(-0.5, len(curve.bins) - 0.5)
        axis.grid(visible=False, axis="x")
        axis.set_xlabel(label)
        per_cent(axis, LABEL)
        legend_above(axis, len(arms))
    return svg[0]


def _range(low: float, high: float) -> str:
    digits = 0 if max(abs(low), abs(high)) >= 100 else 1
    first, last = (f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in (low, high))
    return f"{first}\n" if first == last else f"{first}\nto {last}"
