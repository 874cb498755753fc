"""Perplexities of documents as a table for people."""

from collections.abc import Iterator
from typing import Any

from services.console import output

Report = dict[str, Any]


def show(report: Report) -> None:
    """Both numbers of each speaker, and what the adapter changed."""
    output.say(f"{report['model']}, windows of {report['window']} tokens, {report['stride']} apart")
    output.table("", ("", "documents", "tokens", "perplexity (95 %)", "bits per byte (95 %)"), _rows(report))
    for name, one in report["ratio_to_base"].items():
        output.say(f"{name} has {_said(one)} times the perplexity of the base on the same tokens; below 1 is better.")


def _rows(report: Report) -> Iterator[list[str]]:
    for name, one in report["perplexity"].items():
        counts = [str(one["documents"]), str(one["tokens"])]
        yield [name, *counts, _said(one["per_token"]), _said(one["bits_per_byte"])]


def _said(one: Report) -> str:
    limits = "too few documents for limits" if one["low"] is None else f"{one['low']:.3g} to {one['high']:.3g}"
    return f"{one['value']:.3g} ({limits})"
