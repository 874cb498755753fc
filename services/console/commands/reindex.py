"""`tiltyard reindex`: move the store to another encoder while the present one serves."""

import os
from typing import Annotated

import typer

from services.console import jobs, output, progress
from shared.jobs.reindex import JOB, BatchDone, EncoderComparison, EncodersCompared, K, ReindexDone, ReindexReport


def register(app: typer.Typer) -> None:
    app.command()(reindex)


def reindex(
    variant: Annotated[str | None, typer.Option(help="A file in shared/encoders; as configured by default.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder or name of the model.")] = None,
    dimensions: Annotated[int | None, typer.Option(min=2, help="Of its vectors.")] = None,
    precision: Annotated[str | None, typer.Option(help="fp32 or int8, of the variant onnx.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Fill and compare, and do not switch.")] = False,
    permitted_loss: Annotated[
        float, typer.Option(min=0, help="How much less often titles may find their document.")
    ] = 0.05,
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
    report = _followed([*arguments, *(f"--{name}" for name, given in flags.items() if given)])
    output.as_json(report) if json else _show(report)


def _followed(arguments: list[str]) -> ReindexReport:
    """Run the job, each phase under its name; returns where things stand, with the comparison that was made."""
    compared: EncoderComparison | None = None
    done: ReindexDone | None = None
    with progress.shown("reindex") as advance:
        for event in jobs.run(JOB, arguments, os.environ):
            if isinstance(event, BatchDone):
                advance(event.step, event.steps, event.phase)
            elif isinstance(event, EncodersCompared):
                compared = event.comparison
            elif isinstance(event, ReindexDone):
                done = event
    return ReindexReport(**dict(jobs.result_of(JOB.module, done).standing), compared=compared)


def _show(report: ReindexReport) -> None:
    if report.compared:
        _show_comparison(report.compared)
    for role, encoder in (("serving", report.serving), ("beside", report.beside), ("leaving", report.leaving)):
        if encoder:
            lacks = "" if encoder.lacks is None else f", lacks {encoder.lacks} of {report.documents} documents"
            output.say(f"{role}: {encoder.name} ({encoder.dimensions} dimensions){lacks}")
    if report.settled is False:
        output.say("embedder did not get through what lay before it; run this again once it has")
    if report.dropped is not None:
        output.say(f"dropped: {report.dropped}")


def _show_comparison(compared: EncoderComparison) -> None:
    output.say(f"queries: {compared.queries}")
    output.say(f"overlap@{K}: {compared.overlap}")
    for name, shares in (("own_document", compared.own_document), ("recall_of_index", compared.recall_of_index)):
        output.say(f"{name}@{K}: old {shares.old}, new {shares.new}")
