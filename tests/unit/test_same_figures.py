"""On the same results a report says the same as it did before: 2 x 2 table, effects, every interval, every p."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.figures import figures

BEFORE = Path(__file__).parents[1] / "golden" / "figures.json"
TOLERANCE = 2e-5  # figures are kept to six digits


def differences(before: Any, now: Any, place: str = "") -> Iterator[str]:
    """Every figure that is gone or another one. What is told beyond what was told before is no difference."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name, value in before.items():
            if name in now:
                yield from differences(value, now[name], f"{place}/{name}")
            else:
                yield f"{place}/{name} is gone"
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (value, other) in enumerate(zip(before, now, strict=True)):
            yield from differences(value, other, f"{place}/{number}")
    elif isinstance(before, int | float) and isinstance(now, int | float):
        if now != pytest.approx(before, rel=TOLERANCE, abs=1e-9):
            yield f"{place} was {before} and is {now}"
    elif before != now:
        yield f"{place} was {before!r} and is {now!r}"


def test_equal_results_give_the_figures_that_they_gave_before() -> None:
    before = json.loads(BEFORE.read_text(encoding="utf-8"))
    effects = before["trial"]["design"]["effects"]

    assert len(effects) == 7, "the figures kept hold the simple effects, both main effects and the interaction"
    assert list(differences(before, figures())) == []


def test_a_figure_that_moves_or_goes_is_seen() -> None:
    before = {"p": 0.0412, "rows": [1, 2], "verdict": "a", "n": 3}
    now = {"p": 0.0413, "rows": [1], "verdict": "undecided", "more": 1}

    assert len(list(differences(before, now))) == 4
    assert list(differences(before, before | {"more": 1})) == []
