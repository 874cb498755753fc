"""A run over shares of the training set as a table for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console import output

HEADS = ("share", "documents", "pairs", "arm", "n", "mean (95 %)")


def show(report: Mapping[str, Any]) -> None:
    """The table, then what more examples changed."""
    output.table("", HEADS, _rows(report), right=("share", "documents", "pairs", "n"))
    for one in report["comparisons"]:
        output.say(one["sentence"])


def _rows(report: Mapping[str, Any]) -> Iterator[list[str]]:
    for one in report["shares"]:
        for arm, found in one["arms"].items():
            mean = "-" if found["mean"] is None else f"{found['mean']:.2f} ({found['low']:.2f}-{found['high']:.2f})"
            yield [f"{one['share']:.0%}", str(one["documents"]), str(one["pairs"]), arm, str(found["n"]), mean]
