"""The mix of questions that a reader has: said in a file, or counted from a log of real questions."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import Field

from shared import lines
from shared.messages import Message
from shared.source_files import DataError


@dataclass(frozen=True)
class Weights:
    """Slice -> its weight, on any scale; `counted` from so many questions, 0 where a file says them."""

    by_slice: Mapping[str, float] = field(default_factory=dict)
    read_from: str = ""
    counted: int = 0


class Asked(Message):
    """A line of a log of real questions, of which only the slice counts."""

    slice: str = Field(min_length=1, max_length=64)


def said(file: Path) -> Weights:
    """The weights of a TOML file, under `[slices]`. Raises DataError that names the file and what is wrong in it.

    Raises FileNotFoundError with the name.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"no file {file}") from None
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    try:
        by_slice = tomllib.loads(content.decode("utf-8-sig")).get("slices")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"{file} is no TOML: {error}") from error
    if not isinstance(by_slice, dict) or not by_slice:
        raise DataError(f"{file}: the weights stand under [slices], each as `name = number`")
    for name, weight in by_slice.items():
        if not _is_weight(weight):
            raise DataError(f"{file}: the weight of {name} is {weight!r}: write a number from 0 on")
    if not any(by_slice.values()):
        raise DataError(f"{file}: every weight is 0")
    return Weights({name: float(weight) for name, weight in by_slice.items()}, _named(file, content))


def counted(file: Path) -> Weights:
    """How often each slice was asked, by JSON lines that each name one. Raises DataError."""
    slices = Counter(asked.slice for asked in lines.read_all(file, Asked))
    if not slices:
        raise DataError(f"{file} holds no question to count")
    total = sum(slices.values())
    return Weights(
        {name: float(count) for name, count in sorted(slices.items())}, _named(file, file.read_bytes()), total
    )


def _is_weight(weight: Any) -> bool:
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return number and weight >= 0 and isfinite(weight) and weight < 1e15


def _named(file: Path, content: bytes) -> str:
    return f"{file.name} (SHA-256 {hashlib.sha256(content).hexdigest()[:16]})"
