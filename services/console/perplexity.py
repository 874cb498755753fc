"""Perplexity of documents as a job of the generator."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.console import jobs, progress
from shared.statistics.perplexity import perplexity, ratio

JOB = "services.generator.perplexity"
BASE = "base"
Report = dict[str, Any]


def measure(documents: Path, *, adapter: str, window: int, stride: int) -> Report:
    """The base's perplexity and, with an adapter, its own beside it; raises JobError that says why there is none."""
    if not documents.exists():
        raise FileNotFoundError(f"no file {documents}")
    arguments = [str(documents), "--adapter", adapter, "--window", str(window), "--stride", str(stride)]
    scored: list[Report] = []
    last: Report = {}
    with progress.shown("documents scored") as advance:
        for last in jobs.run(JOB, arguments, os.environ):
            if last.get("event") == "scored":
                scored.append(last)
                advance(last["done"], last["total"])
    return counted(scored, last)


def counted(scored: Sequence[Report], about: Report) -> Report:
    """Everything that was measured, with who spoke."""
    tokens, sizes = ([one[name] for one in scored] for name in ("tokens", "bytes"))
    nats = {name: [one["nats"][name] for one in scored] for name in scored[0]["nats"]}
    found: Report = {name: asdict(perplexity(nats[name], tokens, sizes)) for name in (BASE, *sorted({*nats} - {BASE}))}
    named = {name: about[name] for name in ("model", "adapter", "window", "stride")}
    compared = {name: asdict(ratio(nats[name], nats[BASE], tokens)) for name in nats if name != BASE}
    return named | {"perplexity": found, "ratio_to_base": compared}
