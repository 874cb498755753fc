"""Bars with whiskers as SVG: one line for each run, its mean and its 95 % interval. No library is needed for that."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

LEFT, WIDTH, LINE, TOP = 210, 520, 24, 54
BAR, FIRST, INK = "#7a9cc6", "#c8553d", "#222222"


def svg(title: str, estimates: Mapping[str, Mapping[str, Any]], chosen: str) -> str:
    """A picture of estimates (`mean`, `ci95`, both in [0, 1]) by name; the chosen one has a colour of its own."""
    height = TOP + LINE * len(estimates) + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 80}" height="{height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13" fill="{INK}">'
    )
    lines = [line for place, one in enumerate(estimates.items()) for line in _bar(*one, TOP + LINE * place, chosen)]
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    caption = f'<text x="10" y="22" font-size="15">{escape(title)}</text>'
    return "\n".join([head, ground, caption, *_scale(height), *lines, "</svg>"]) + "\n"


def _scale(height: int) -> Iterator[str]:
    """A thin line and a number at each fifth."""
    for fifth in range(6):
        x = LEFT + WIDTH * fifth / 5
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{TOP - 6}" y2="{height - 8}" stroke="#dddddd"/>'
        yield f'<text x="{x:.0f}" y="{TOP - 12}" text-anchor="middle" fill="#777777">{fifth / 5:.1f}</text>'


def _bar(name: str, estimate: Mapping[str, Any], top: int, chosen: str) -> Iterator[str]:
    mean, (low, high) = estimate["mean"], estimate["ci95"]
    middle = top + LINE // 2 - 2
    yield f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end">{escape(name)}</text>'
    colour = FIRST if name == chosen else BAR
    yield f'<rect x="{LEFT}" y="{top}" width="{WIDTH * mean:.1f}" height="{LINE - 6}" fill="{colour}"/>'
    ends = f'x1="{LEFT + WIDTH * low:.1f}" x2="{LEFT + WIDTH * high:.1f}"'
    yield f'<line {ends} y1="{middle}" y2="{middle}" stroke="{INK}" stroke-width="1.5"/>'
    yield f'<text x="{LEFT + WIDTH + 10}" y="{middle + 5}">{mean:.3f}</text>'
