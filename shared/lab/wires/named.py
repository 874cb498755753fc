"""Wires with names: dev wires to choose recipes on, and test wires to judge them on. They stand in `named.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.lab.wires.knobs import Knobs


@cache
def named() -> Mapping[str, Knobs]:
    """The knobs of every named wire."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {name: Knobs(**knobs) for name, knobs in tomllib.loads(text).items()}


def of_name(name: str) -> Knobs:
    """ValueError that lists the names where there is none of this one."""
    if name not in named():
        raise ValueError(f"no wire is called {name!r}: choose one of {', '.join(named())}")
    return named()[name]
