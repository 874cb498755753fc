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
    json: output.Json = False,
) -> None:
    """Train an adapter with QLoRA and announce it; running workers take it up by themselves.

    Example: tiltyard tune --pairs pairs.jsonl --cutoff 2025-03-23T23:59:59Z
    """
    arguments = [*(["--pairs", str(pairs)] if pairs else []), *(["--cutoff", cutoff] if cutoff else [])]
    done = tuning.tune(arguments, os.environ)
    if json:
        return output.as_json(done)
    return output.say(f"adapter {done['name']} announced; its knowledge ends at {done['cutoff']}")
