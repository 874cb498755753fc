"""Units, scales and number words, each under every name that answers use for it."""

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
NUMBER_WORDS = {name: int(value) for value, names in _FORMS["number_words"].items() for name in _names(names)}
"""Of other languages than English, but for what is an article or another word in one of them."""
ORDINAL_WORDS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]


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
