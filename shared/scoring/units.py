"""Units and scales, each under every name that answers use for it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Unit:
    """`factor`: what one of it is in the unit that its dimension is counted in; `name`: of that unit."""

    name: str
    dimension: str
    factor: float


_FORMS = tomllib.loads((Path(__file__).parent / "forms.toml").read_text(encoding="utf-8"))


def _names(written: str) -> list[str]:
    return [" ".join(name.split()) for name in written.split(",")]


SCALES = {name: float(value) for value, names in _FORMS["scales"].items() for name in _names(names)}


@cache
def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for dimension, units in _FORMS["units"].items():
        for factor, names in units:
            table |= dict.fromkeys(_names(names), Unit(dimension, dimension, factor))
    return table


def known_unit(said: str) -> Unit | None:
    """The unit that a text names, if it is one of these."""
    return _table().get(said.strip().casefold().rstrip("."))
