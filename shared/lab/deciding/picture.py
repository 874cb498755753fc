"""The map as a picture: who is worth most over updates and questions a day, hatched where that is not decided."""

from typing import Any

import numpy as np

from shared.lab.deciding.chart import Chart
from shared.lab.deciding.values import Rates
from shared.lab.deciding.wording import number
from shared.lab.report.plots.drawing import COLOURS, drawn

PALE = 0.5
"""How much of a colour is left, so that names and hatches stay readable on it."""


def drawn_map(chart: Chart, names: list[str], rates: Rates) -> str:
    """An SVG element. The user's rates are marked where they lie on the map."""
    from matplotlib import colors
    from matplotlib.patches import Patch

    leading = {decision.best for row in chart.decisions for decision in row if decision}
    names = [name for name in names if name in leading]
    best = np.array([[names.index(made.best) if made else np.nan for made in row] for row in chart.decisions])
    open_ = np.array([[float(made is not None and not made.decided) for made in row] for row in chart.decisions])
    shades = [_pale(COLOURS[at % len(COLOURS)]) for at in range(len(names))]
    with drawn("map", width=8.0, height=5.4) as (figure, axis, svg):
        across, up = np.array(chart.updates_per_day), np.array(chart.questions_per_day)
        axis.pcolormesh(
            across,
            up,
            best,
            cmap=colors.ListedColormap(shades),
            vmin=-0.5,
            vmax=len(names) - 0.5,
            shading="nearest",
            edgecolors="face",
            linewidth=0.2,
        )
        if open_.any():
            axis.contourf(across, up, open_, levels=[0.5, 1.5], colors="none", hatches=["///"])
        _logarithmic(axis, across, up)
        here = np.clip(rates.updates_per_day, across[0], across[-1]), np.clip(rates.questions_per_day, up[0], up[-1])
        axis.plot(*here, marker="*", markersize=20, color="#000000", markeredgecolor="#ffffff", clip_on=False)
        patches = [
            Patch(facecolor=shade, edgecolor="#5c6670", label=name) for shade, name in zip(shades, names, strict=True)
        ]
        patches += [Patch(facecolor="white", edgecolor="#5c6670", hatch="///", label="undecided")] * bool(open_.any())
        figure.legend(handles=patches, loc="outside upper left", ncols=min(4, len(patches)))
        for at, name in enumerate(names):
            _named(axis, best == at, across, up, name)
    return svg[0]


def _logarithmic(axis: Any, across: np.ndarray, up: np.ndarray) -> None:
    """Both rates by equal factors, each written as people say it."""
    from matplotlib import ticker

    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(across[0], across[-1])
    axis.set_ylim(up[0], up[-1])
    axis.grid(visible=False)
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(lambda value, _: number(value))
        side.set_minor_locator(ticker.NullLocator())
    axis.set_xlabel("updates a day: documents published, corrected or retracted")
    axis.set_ylabel("questions a day")


def _pale(colour: str) -> tuple[float, float, float]:
    from matplotlib import colors

    red, green, blue = (1 - PALE + PALE * part for part in colors.to_rgb(colour))
    return red, green, blue


def _named(axis: Any, where: np.ndarray, across: np.ndarray, up: np.ndarray, name: str) -> None:
    """The name in the middle of its region, where that has room for it."""
    rows, columns = np.nonzero(where)
    if len(rows) < where.size / 30:
        return
    middle = np.argmin((rows - np.median(rows)) ** 2 + (columns - np.median(columns)) ** 2)
    axis.text(
        across[columns[middle]], up[rows[middle]], name, ha="center", va="center", fontsize=12,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0, "alpha": 0.85},
    )  # fmt: skip
