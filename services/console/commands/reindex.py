"""`tiltyard reindex`: move the store to another encoder while the present one serves."""

import os
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from services.console import jobs, output, progress
from shared.jobs.events import untyped

JOB = untyped("services.embedder.reindex")


def register(app: typer.Typer) -> None:
    app.command()(reindex)


def reindex(
    variant: Annotated[str | None, typer.Option(help="A file in shared/encoders; as configured by default.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder or name of the model.")] = None,
    dimensions: Annotated[int | None, typer.Option(min=2, help="Of its vectors.")] = None,
    precision: Annotated[str | None, typer.Option(help="fp32 or int8, of the variant onnx.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Fill and compare, and do not switch.")] = False,
    permitted_loss: Annotated[float, typer.Option(help="How much less often titles may find their document.")] = 0.05,
    patience: Annotated[int, typer.Option(min=1, help="Seconds that embedder is waited for.")] = 120,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Drop the table that does not serve.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Say where things stand.")] = False,
    json: output.Json = False,
) -> None:
    """Fill a second table with another encoder's vectors, compare, and switch; running retrievers follow.

    It can be ended and run again at any point. The old table is kept up until --drop-old.

    Example: tiltyard reindex --model /models/all-mpnet-base-v2 --dimensions 768
    """
    wanted: dict[str, object] = {
        "variant": variant, "model": model, "dimensions": dimensions, "precision": precision,
        "permitted-loss": permitted_loss, "patience": patience,
    }  # fmt: skip
    flags = {"stay": stay, "drop-old": drop_old, "status": status}
    arguments = [f"--{name}={value}" for name, value in wanted.items() if value is not None]
    done = _followed([*arguments, *(f"--{name}" for name, given in flags.items() if given)])
    output.as_json(done) if json else _show(done)


def _followed(arguments: list[str]) -> dict[str, Any]:
    """Run the job, each phase under its name; returns its last words with the comparison, where one was made."""
    said: dict[str, Any] = {}
    compared: dict[str, Any] = {}
    with progress.shown("reindex") as advance:
        for said in jobs.run(JOB, arguments, os.environ):
            if "step" in said:
                advance(said["step"], said["steps"], said["phase"])
            elif said.get("phase") == "compared":
                compared = {"compared": {name: value for name, value in said.items() if name != "phase"}}
    return compared | said


def _show(done: Mapping[str, Any]) -> None:
    for name, value in done.get("compared", {}).items():
        told = ", ".join(f"{side} {share}" for side, share in value.items()) if isinstance(value, dict) else value
        output.say(f"{name}: {told}")
    for role in ("serving", "beside", "leaving"):
        if choice := done[role]:
            lacks = f", lacks {choice['lacks']} of {done['documents']} documents" if "lacks" in choice else ""
            output.say(f"{role}: {choice['name']} ({choice['dimensions']} dimensions){lacks}")
    if not done.get("settled", True):
        output.say("embedder did not get through what lay before it; run this again once it has")
    if "dropped" in done:
        output.say(f"dropped: {done['dropped']}")
