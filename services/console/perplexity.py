"""Perplexity of documents as a job of the generator."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.console import jobs, progress
from shared.jobs.events import JobModel
from shared.jobs.perplexity import JOB, DocumentScored, PerplexityMeasured
from shared.statistics.perplexity import Bounded, Perplexity, perplexity, ratio

BASE = "base"


class PerplexityReport(JobModel):
    """Perplexities by speaker, and each adapter's as a share of the base's on the same tokens."""

    model: str
    adapter: str
    window: int
    stride: int
    perplexity: Mapping[str, Perplexity]
    ratio_to_base: Mapping[str, Bounded]


def measure(documents: Path, *, adapter: str, window: int, stride: int) -> PerplexityReport:
    """The base's perplexity and, with an adapter, its own beside it; raises JobError that says why there is none."""
    if not documents.exists():
        raise FileNotFoundError(f"no file {documents}")
    arguments = [str(documents), "--adapter", adapter, "--window", str(window), "--stride", str(stride)]
    scored: list[DocumentScored] = []
    measured: PerplexityMeasured | None = None
    with progress.shown("documents scored") as advance:
        for event in jobs.run(JOB, arguments, os.environ):
            if isinstance(event, PerplexityMeasured):
                measured = event
            else:
                scored.append(event)
                advance(event.done, event.total)
    return report_of(scored, jobs.result_of(JOB.module, measured))


def report_of(scored: Sequence[DocumentScored], measured: PerplexityMeasured) -> PerplexityReport:
    """Everything that was measured, with who spoke."""
    tokens, sizes = [document.tokens for document in scored], [document.bytes for document in scored]
    nats = {name: [document.nats[name] for document in scored] for name in scored[0].nats}
    adapters = sorted(nats.keys() - {BASE})
    return PerplexityReport(
        **measured.model_dump(exclude={"event"}),
        perplexity={name: perplexity(nats[name], tokens, sizes) for name in (BASE, *adapters)},
        ratio_to_base={name: ratio(nats[name], nats[BASE], tokens) for name in adapters},
    )
