"""`tiltyard dataset`: what a fine-tuning would learn, before it is trained on; and the pairs on the topic."""

import os
from pathlib import Path
from typing import Annotated

import typer

from services.console import jobs, output, progress
from services.console.views import dataset as dataset_view
from shared import lines, topology
from shared.jobs.dataset import JOB, DatasetReport
from shared.kafka import access
from shared.kafka.sink import Delivery
from shared.messages import TrainingPair
from shared.settings import KafkaSettings

Recipe = Annotated[str, typer.Option(help="Its name, or a path.yaml. Default: TILTYARD_TUNING_RECIPE.")]
Pairs = Annotated[Path | None, typer.Option(help="Question-answer pairs, JSON lines, beside those on the topic.")]
Cutoff = Annotated[str, typer.Option(help="Learn nothing first seen after this time (ISO 8601).")]
Previous = Annotated[str, typer.Option(help="The adapter before, by name. Default: who speaks in the track.")]
Track = Annotated[str, typer.Option(help="The line of adapters. Default: TILTYARD_TUNING_TRACK.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(name="dataset", no_args_is_help=True, help="See and export what would be learned.")
    group.command()(show)
    group.command()(export)
    group.command()(withdraw)
    app.add_typer(group)


def show(
    recipe: Recipe = "",
    pairs: Pairs = None,
    cutoff: Cutoff = "",
    previous: Previous = "",
    track: Track = "",
    examples: Annotated[int, typer.Option(min=0, help="Shown of each kind.")] = 1,
    json: output.Json = False,
) -> None:
    """Make the dataset and say what is in it, what was left out and why, and what is to be unlearned.

    Example: tiltyard dataset show --recipe embedded --pairs pairs.jsonl
    """
    made_from = {"recipe": recipe, "pairs": pairs, "cutoff": cutoff, "previous": previous, "track": track}
    arguments = _arguments(**made_from, examples=examples)
    report = _report(arguments)
    if json:
        return output.as_json(report)
    return dataset_view.show(report)


def export(
    out: Annotated[Path, typer.Option(help="File to write, JSON lines.")],
    recipe: Recipe = "",
    pairs: Pairs = None,
    cutoff: Cutoff = "",
    previous: Previous = "",
    track: Track = "",
    json: output.Json = False,
) -> None:
    """Write every example of every split as JSON lines that other trainers read.

    Example: tiltyard dataset export --out out/dataset.jsonl --cutoff 2025-03-23T23:59:59Z
    """
    made_from = {"recipe": recipe, "pairs": pairs, "cutoff": cutoff, "previous": previous, "track": track}
    report = _report(_arguments(**made_from, out=out, examples=0))
    if json:
        return output.as_json(report)
    return output.say(f"{report.written} examples written to {out}; dataset sha256 {report.dataset_sha256}")


def withdraw(file: Annotated[str, typer.Argument(help="The pairs, JSON lines; - reads standard input.")]) -> None:
    """Take pairs back from the topic: those with the same questions about the same documents are learned no longer.

    They are put there by `tiltyard publish FILE --kind pairs`.

    Example: tiltyard dataset withdraw wrong.jsonl
    """
    read = list(lines.read(file, TrainingPair))
    if bad := [f"{line.place}: {line.error}" for line in read if line.message is None]:
        output.fail("; ".join(bad), output.EX_DATA)
    kafka = KafkaSettings()
    access.require(kafka, [topology.PAIRS.name])
    delivery = Delivery(kafka, "dataset")
    for line in read:
        assert line.message is not None
        delivery.send(topology.PAIRS.name, topology.PAIRS.key_of(line.message).encode(), None, {})
    delivery.flush()
    output.say(f"withdrawn: {len(read)}")


def _report(arguments: list[str]) -> DatasetReport:
    with progress.waiting("making the dataset"):
        reports = [event.report for event in jobs.run(JOB, arguments, os.environ)]
    if not reports:
        raise jobs.JobError(f"{JOB.module} ended without saying what is in the dataset")
    return reports[-1]


def _arguments(**options: object) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items() if value not in (None, "")]
