"""Bars with a thin line each as SVG: a mean and its interval, or a median and the 99th percentile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

LEFT, WIDTH, LINE, TOP = 210, 520, 24, 54
BLUE, RED, INK = "#7a9cc6", "#c8553d", "#222222"


@dataclass(frozen=True)
class Bar:
    """Reaches from 0 to `value`; a thin line from `low` to `high`; `label` stands beside it."""

    value: float
    low: float
    high: float
    label: str


def svg(title: str, bars: Mapping[str, Bar], chosen: str, *, most: float = 1.0, tick: str = "{:.1f}") -> str:
    """A picture of bars by name on a scale from 0 to `most`; the chosen one has a colour of its own."""
    height = TOP + LINE * len(bars) + 12
    width = LEFT + WIDTH + 45 + 7 * max(len(bar.label) for bar in bars.values())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13" fill="{INK}">'
    )
    lines = [
        line
        for place, (name, bar) in enumerate(bars.items())
        for line in _line(name, bar, TOP + LINE * place, most, RED if name == chosen else BLUE)
    ]
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    caption = f'<text x="10" y="22" font-size="15">{escape(title)}</text>'
    return "\n".join([head, ground, caption, *_scale(height, most, tick), *lines, "</svg>"]) + "\n"


def _scale(height: int, most: float, tick: str) -> Iterator[str]:
    """A thin line and a number at each fifth."""
    for fifth in range(6):
        x = LEFT + WIDTH * fifth / 5
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{TOP - 6}" y2="{height - 8}" stroke="#dddddd"/>'
        label = tick.format(most * fifth / 5)
        yield f'<text x="{x:.0f}" y="{TOP - 12}" text-anchor="middle" fill="#777777">{label}</text>'


def _line(name: str, bar: Bar, top: int, most: float, colour: str) -> Iterator[str]:
    middle, unit = top + LINE // 2 - 2, WIDTH / most
    yield f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end">{escape(name)}</text>'
    yield f'<rect x="{LEFT}" y="{top}" width="{unit * bar.value:.1f}" height="{LINE - 6}" fill="{colour}"/>'
    ends = f'x1="{LEFT + unit * bar.low:.1f}" x2="{LEFT + unit * bar.high:.1f}"'
    yield f'<line {ends} y1="{middle}" y2="{middle}" stroke="{INK}" stroke-width="1.5"/>'
    yield f'<text x="{LEFT + WIDTH + 10}" y="{middle + 5}">{escape(bar.label)}</text>'
