"""Perplexities of documents as a table for people."""

from collections.abc import Iterator

from services.console import output
from services.console.perplexity import PerplexityReport
from shared.statistics.perplexity import Bounded


def show(report: PerplexityReport) -> None:
    """Both numbers of each speaker, and what the adapter changed."""
    output.say(f"{report.model}, windows of {report.window} tokens, {report.stride} apart")
    output.table("", ("", "documents", "tokens", "perplexity (95 %)", "bits per byte (95 %)"), _rows(report))
    for name, share in report.ratio_to_base.items():
        output.say(f"{name} has {_said(share)} times the perplexity of the base on the same tokens; below 1 is better.")


def _rows(report: PerplexityReport) -> Iterator[list[str]]:
    for name, measured in report.perplexity.items():
        counts = [str(measured.documents), str(measured.tokens)]
        yield [name, *counts, _said(measured.per_token), _said(measured.bits_per_byte)]


def _said(number: Bounded) -> str:
    if number.low is None or number.high is None:
        return f"{number.value:.3g} (too few documents for limits)"
    return f"{number.value:.3g} ({number.low:.3g} to {number.high:.3g})"
