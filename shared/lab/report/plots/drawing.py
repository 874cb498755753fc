"""How every plot looks: an SVG element without outside references, the same on every machine, readable without colour.

Letters are drawn as paths, so that no font is needed; each arm has a colour of Okabe and Ito's palette (2008, told
apart with any colour vision) and a marker of its own.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from shared.statistics.intervals import Interval

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY = "#5c6670"
MOST_COLUMNS = 4  # of a legend: seven names side by side are wider than the picture
_STYLE: Any = {
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e6e8",
    "legend.frameon": False,
    "figure.facecolor": "white",
}


def looks(arms: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each arm's colour and marker; the places in `arms` decide, so that an arm looks the same in every plot."""
    rounds = {0: {}, 1: {"fillstyle": "none"}, 2: {"fillstyle": "left"}}
    return {
        arm: {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)], "markersize": 7}
        | rounds[place // len(COLOURS) % len(rounds)]
        for place, arm in enumerate(arms)
    }


@contextmanager
def drawn(name: str, *, width: float = 8.0, height: float = 4.0) -> Iterator[tuple[Any, Any, list[str]]]:
    """A figure and its axes, in inches; when the block ends, the list holds its SVG element.

    `name` makes the ids within the picture its own, so that several may stand in one page.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    svg: list[str] = []
    with rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.add_subplot(), svg
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg.append(_element(written.getvalue(), name))


def alone(svg: str) -> str:
    """An SVG element as a file of its own."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg.replace("<svg", f"<svg {spaces}", 1)}\n'


def errors(interval: Interval, scale: float = 100.0) -> list[list[float]]:
    """An interval as matplotlib wants it: how far it reaches below and above the mean."""
    mean = interval.mean or 0.0
    return [[max(0.0, scale * (mean - interval.low))], [max(0.0, scale * (interval.high - mean))]]


def per_cent(axis: Any, label: str, *, vertical: bool = True) -> None:
    """An axis of shares, 0 to 100 %, with a little room so that markers at the ends are whole."""
    ticks = range(0, 101, 20)
    if vertical:
        axis.set_ylim(-4, 104)
        axis.set_yticks(ticks, [f"{tick} %" for tick in ticks])
        axis.set_ylabel(label)
    else:
        axis.set_xlim(-4, 104)
        axis.set_xticks(ticks, [f"{tick} %" for tick in ticks])
        axis.set_xlabel(label)


def legend_above(axis: Any, columns: int) -> None:
    """The legend over the picture, where it hides nothing, in `columns` at most; nothing where nothing was drawn."""
    handles, labels = axis.get_legend_handles_labels()
    if handles:
        axis.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=min(columns, MOST_COLUMNS),
            borderaxespad=0.2,
        )


def _element(document: str, name: str) -> str:
    """The svg element of an SVG document: no prolog, no metadata, no namespaces (a page of HTML knows them)."""
    element = document[document.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", element)
    element = re.sub(r'(<svg[^>]*?)\s(?:width|height)="[^"]*"', r"\1", element)
    element = re.sub(r'(<svg[^>]*?)\s(?:width|height)="[^"]*"', r"\1", element)
    for element_id in sorted(set(re.findall(r'\sid="([^"]+)"', element)), key=len, reverse=True):
        element = re.sub(rf'(id="|#){re.escape(element_id)}(?=["\)])', rf"\g<1>{name}-{element_id}", element)
    return element.strip()
