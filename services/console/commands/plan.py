"""`tiltyard plan`: how many questions, documents and trainings it takes to decide something."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from services.console import output, progress
from services.console.commands.report import run_names
from services.console.points import share
from services.console.views import plan as view
from shared import lines
from shared.lab.planning import pilot
from shared.lab.planning.plan import make
from shared.lab.report.material import combined, gather
from shared.messages import Result
from shared.statistics.planning import Assumptions, Wanted, alike_all

_RATE = re.compile(r"[01]?\.?[0-9]+")
Sources = Annotated[
    list[Path] | None, typer.Option("--from", help="results.jsonl of a pilot; several are several trainings.")
]
Rates = Annotated[list[str] | None, typer.Option(help="An arm's share of right answers: base=0.4. Repeatable.")]
Arms = Annotated[list[str] | None, typer.Option(help="Only this arm of the pilot; repeatable.")]
Difference = Annotated[
    float | None, typer.Option(min=0.1, max=99, help="Points to decide, of any two arms. Default: those of the rates.")
]
Margin = Annotated[
    float | None, typer.Option(min=0.1, max=99, help="Points: show instead that equal arms are equal within these.")
]
Agreement = Annotated[
    float | None, typer.Option(help="Correlation of two arms' being right on a question. Without a pilot 0.3.")
]
PerDocument = Annotated[float | None, typer.Option(help="Questions on one document. Without a pilot 1.")]
Within = Annotated[
    float | None, typer.Option(help="Correlation of being right on two questions of a document. Without a pilot 0.3.")
]
Trained = Annotated[list[str] | None, typer.Option(help="An arm that was trained; repeatable.")]
TrainingSd = Annotated[
    float | None,
    typer.Option(min=0, max=50, help="Points that a trained arm's standard deviation between trainings is."),
]
Trainings = Annotated[int | None, typer.Option(min=1, help="So many. Default: what takes the fewest answers.")]
Power = Annotated[float, typer.Option(min=0.5, max=0.97, help="Share of experiments that shall decide.")]
Experiments = Annotated[int, typer.Option(min=20, help="Simulated for each number that is tried.")]


def register(app: typer.Typer) -> None:
    app.command()(plan)


def plan(
    source: Sources = None,
    rate: Rates = None,
    arm: Arms = None,
    difference: Difference = None,
    margin: Margin = None,
    agreement: Agreement = None,
    per_document: PerDocument = None,
    within: Within = None,
    trained: Trained = None,
    training_sd: TrainingSd = None,
    trainings: Trainings = None,
    power: Power = 0.8,
    experiments: Experiments = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulation.")] = 1,
    json: output.Json = False,
) -> None:
    """Say how many questions, documents and trainings decide a difference, or equality within a margin.

    From a pilot's results or from stated rates, for all pairs of these arms together; confirmed by simulation.

    Example: tiltyard plan --rate base=0.42 --rate base+rag=0.5 --difference 5
    Example: tiltyard plan --from out/demo/results.jsonl --margin 5 --arm base+rag --arm tuned+rag
    Example: tiltyard plan --rate base=0.3 --rate tuned=0.4 --trained tuned --training-sd 5 --per-document 3
    """
    if bool(source) == bool(rate):
        output.fail("say what to plan from: --from results.jsonl, or --rate for each arm", output.EX_USAGE)
    if difference and margin:
        output.fail("--difference and --margin are two plans: ask for one at a time", output.EX_USAGE)
    assumptions = _of_pilot(source, arm or []) if source else _stated(rate or [])
    stated = {"per_document": per_document, "within": within, "deviation": share(training_sd), "trained": trained}
    assumptions = _changed(assumptions, agreement, stated)
    wanted = Wanted(share(margin or difference) or 0.0, equal=margin is not None, power=power)
    with progress.shown("experiments") as advance:
        made = make(assumptions, wanted, trainings=trainings, experiments=experiments, seed=seed, advance=advance)
    output.as_json(made.as_dict()) if json else view.show(made)


def _of_pilot(sources: Sequence[Path], arms: Sequence[str]) -> Assumptions:
    gathered = {
        name: gather(lines.read_all(source, Result), read_from=source.name)
        for name, source in run_names(list(sources)).items()
    }
    if len(gathered) == 1:
        return pilot.assumed(next(iter(gathered.values())), arms)
    return pilot.assumed(combined(gathered, read_from=", ".join(gathered)), arms)


def _stated(rates: Sequence[str]) -> Assumptions:
    stated = dict[str, float]()
    for text in rates:
        arm, _, share = text.rpartition("=")
        if not arm or not _RATE.fullmatch(share):
            output.fail(f"--rate {text!r}: an arm and its share, such as base=0.4", output.EX_USAGE)
        stated[arm] = float(share)
    return Assumptions(stated, alike_all(list(stated), 0.3), within=0.3)


def _changed(assumptions: Assumptions, agreement: float | None, stated: Mapping[str, Any]) -> Assumptions:
    """With what is stated in place of what was taken to be so."""
    alike = assumptions.alike if agreement is None else alike_all(list(assumptions.rates), agreement)
    values = {name: value for name, value in stated.items() if value is not None}
    return replace(assumptions, alike=alike, **values)
