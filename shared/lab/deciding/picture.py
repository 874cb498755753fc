"""The map as a picture: who is worth most over updates and questions a day, hatched where that is not decided.

It is drawn small, so that a telephone shows it whole. Regions have borders and names or numbers, so that it reads
without colour.
"""

from itertools import groupby
from typing import Any

import numpy as np

from shared.lab.deciding.chart import Chart
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import Rates
from shared.lab.deciding.wording import number
from shared.lab.report.plots.drawing import COLOURS, drawn

PALE = 0.5
"""How much of a colour is left, so that names and hatches stay readable on it."""
EDGE, DARK = "#5c6670", "#1d2327"
FEWEST = 30
"""A region of fewer than one in so many points has its number in place of its name."""


def drawn_map(chart: Chart, names: list[str], rates: Rates) -> str:
    """An SVG element. The user's rates are a star, or without any updates an arrow out of the left edge."""
    leading = {decision.best for row in chart.decisions for decision in row if decision}
    names = [name for name in names if name in leading]
    best = _grid(chart, lambda made: float(names.index(made.best)), np.nan)
    open_ = _grid(chart, lambda made: float(not made.decided), 0.0)
    shades = [_pale(COLOURS[at % len(COLOURS)]) for at in range(len(names))]
    with drawn("map", width=5.2, height=4.9) as (figure, axis, svg):
        across, up = np.array(chart.updates_per_day), np.array(chart.questions_per_day)
        _fill(axis, best, (across, up), shades)
        if open_.any():
            axis.contourf(across, up, open_, levels=[0.5, 1.5], colors="none", hatches=["///"])
        _logarithmic(axis, across, up)
        _legend(figure, names, shades, undecided=bool(open_.any()), nobody=bool(np.isnan(best).any()))
        for at, name in enumerate(names):
            _named(axis, best == at, (across, up), (name, str(at + 1)))
        _star(axis, across, rates)
    return svg[0]


def _grid(chart: Chart, of: Any, nobody: float) -> np.ndarray:
    def at(made: Decision | None) -> float:
        return nobody if made is None else of(made)

    return np.array([[at(made) for made in row] for row in chart.decisions])


def _fill(axis: Any, best: np.ndarray, at: tuple[np.ndarray, np.ndarray], shades: list[Any]) -> None:
    """Row by row, neighbours of one colour together; a point reaches half way to the next."""
    across, up = (np.concatenate([rates[:1], np.sqrt(rates[1:] * rates[:-1]), rates[-1:]]) for rates in at)
    for row, line in enumerate(best):
        first = 0
        for place, of_all in groupby(line):
            last = first + len(list(of_all))
            if not np.isnan(place):
                axis.fill_between(
                    across[[first, last]], up[row], up[row + 1], color=shades[int(place)], linewidth=0.3
                )  # fmt: skip
            first = last


def _star(axis: Any, across: np.ndarray, rates: Rates) -> None:
    """Where the user is."""
    if rates.updates_per_day:
        axis.plot(
            rates.updates_per_day, rates.questions_per_day, marker="*", markersize=18, color="#000000",
            markeredgecolor="#ffffff", clip_on=False, zorder=6,
        )  # fmt: skip
        return
    axis.annotate(
        "you: no updates", xy=(across[0], rates.questions_per_day), xytext=(28, 0), textcoords="offset points",
        va="center", fontsize=10, zorder=6, arrowprops={"arrowstyle": "-|>", "color": "#000000", "linewidth": 2},
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0},
    )  # fmt: skip


def _legend(figure: Any, names: list[str], shades: list[Any], *, undecided: bool, nobody: bool) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=shade, edgecolor=EDGE, label=f"{at + 1}: {name}")
        for at, (shade, name) in enumerate(zip(shades, names, strict=True))
    ]
    patches += [Patch(facecolor="white", edgecolor=EDGE, hatch="///", label="undecided")] * undecided
    patches += [Patch(facecolor="white", edgecolor=EDGE, label="nobody keeps up")] * nobody
    figure.legend(handles=patches, loc="outside upper left", ncols=min(2, len(patches)), fontsize=10)


def _logarithmic(axis: Any, across: np.ndarray, up: np.ndarray) -> None:
    """Both rates by equal factors, each written as people say it."""
    from matplotlib import ticker

    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(across[0], across[-1])
    axis.set_ylim(up[0], up[-1])
    axis.grid(visible=False)
    for side, most in ((axis.xaxis, 7), (axis.yaxis, 10)):
        side.set_major_locator(ticker.LogLocator(numticks=most))
        side.set_major_formatter(lambda value, _: number(value))
        side.set_minor_locator(ticker.NullLocator())
    axis.tick_params(labelsize=10)
    axis.set_xlabel("updates a day")
    axis.set_ylabel("questions a day")


def _pale(colour: str) -> tuple[float, float, float]:
    from matplotlib import colors

    red, green, blue = (1 - PALE + PALE * part for part in colors.to_rgb(colour))
    return red, green, blue


def _named(axis: Any, where: np.ndarray, at: tuple[np.ndarray, np.ndarray], names: tuple[str, str]) -> None:
    """Border, and in the middle the name, or the number where there is no room for it."""
    across, up = at
    rows, columns = np.nonzero(where)
    middle = np.argmin((rows - np.median(rows)) ** 2 + (columns - np.median(columns)) ** 2)
    if not where.all():
        axis.contour(across, up, where.astype(float), levels=[0.5], colors=DARK, linewidths=0.8)
    axis.text(
        across[columns[middle]], up[rows[middle]], names[len(rows) < where.size / FEWEST], ha="center", va="center",
        fontsize=11, clip_on=False, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
    )  # fmt: skip
