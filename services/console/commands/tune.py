"""`tiltyard tune`: fine-tune on the documents in the store."""

import os
from pathlib import Path
from typing import Annotated

import typer

from services.console import output, tuning


def register(app: typer.Typer) -> None:
    app.command()(tune)


def tune(
    pairs: Annotated[Path | None, typer.Option(help="Question-answer pairs, JSON lines.")] = None,
    cutoff: Annotated[str | None, typer.Option(help="Learn nothing published after this time (ISO 8601).")] = None,
    track: Annotated[str | None, typer.Option(help="The line of adapters that it is for: `tuned` by default.")] = None,
    json: output.Json = False,
) -> None:
    """Train an adapter with QLoRA and try it; where its gates let it pass, running workers take it up by themselves.

    What the pairs teach, which of them news has contradicted and what the gates can tell is said before the training.
    Ends with 65 where nothing of the pairs can be learned, a gate kept the adapter from serving, or a time limit ended
    the training; `tiltyard adapters show NAME` says what was measured. The same command goes on where a killed or
    unfinished training stood.

    Example: tiltyard tune --pairs pairs.jsonl --cutoff 2025-03-23T23:59:59Z
    """
    arguments = [*(["--pairs", str(pairs)] if pairs else []), *(["--cutoff", cutoff] if cutoff else [])]
    arguments += ["--track", track] if track else []
    adapter = tuning.tune(arguments, os.environ)
    if json:
        output.as_json(adapter)
    else:
        cutoff = adapter.cutoff.isoformat().replace("+00:00", "Z")
        output.say(f"adapter {adapter.name}: {adapter.state}, {adapter.reason}; it knows the news to {cutoff}")
    if adapter.state != "serving":
        raise typer.Exit(output.EX_DATA)
