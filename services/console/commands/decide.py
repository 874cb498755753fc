"""`tiltyard decide`: which contestant is worth most at your rates, how sure that is, and what would change it."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.report import gathered
from shared.lab.deciding import again as again_with
from shared.lab.deciding import files, making, trial
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.made_with import Options
from shared.lab.deciding.values import Rates, Values

USUAL = Values()

Sources = Annotated[
    list[Path] | None,
    typer.Option("--from", help="The folder of a trial, or a results.jsonl; several are several trainings."),
]
Documents = Annotated[
    Path | None, typer.Option(help="JSON lines with document_id and published_at: what was news after a training.")
]
Asked = Annotated[float, typer.Option(min=1e-3, help="Questions a day.")]
Changed = Annotated[float, typer.Option(min=0, help="Updates a day: documents published, corrected or retracted.")]
Half = Annotated[float, typer.Option(min=0.01, help="Half of the questions are about news of so many hours.")]
Training = Annotated[float | None, typer.Option(min=0, help="Of one training. Default: what the trial measured.")]
Findable = Annotated[
    float | None, typer.Option(min=0, help="From publication until findable. Default: what the trial measured.")
]
Again = Annotated[
    Path | None, typer.Option(help="The folder of a decision: make it again, and say whether anything differs.")
]
Right = Annotated[float, typer.Option(help="Worth of a right answer.")]
Wrong = Annotated[float, typer.Option(help="Worth of a wrong answer.")]
Silent = Annotated[float, typer.Option(help="Worth of a declined answer.")]
Second = Annotated[float, typer.Option(max=0, help="Worth of a second of waiting.")]
Machine = Annotated[float, typer.Option(max=0, help="Worth of a second of the machine.")]
Margin = Annotated[float, typer.Option(min=1e-6, help="Worth of an answer that does not matter.")]


def register(app: typer.Typer) -> None:
    app.command()(decide)


def decide(
    source: Sources = None,
    documents: Documents = None,
    questions_per_day: Asked = 1_000.0,
    updates_per_day: Changed = 50.0,
    half_within: Half = 72.0,
    right: Right = USUAL.right,
    wrong: Wrong = USUAL.wrong,
    silent: Silent = USUAL.silent,
    second: Second = USUAL.second,
    machine_second: Machine = USUAL.machine_second,
    margin: Margin = USUAL.margin,
    training_seconds: Training = None,
    document_seconds: Findable = None,
    again: Again = None,
    out: Annotated[Path, typer.Option(help="Folder for decision.html, .md and .json.")] = Path("out/decision"),
    json: output.Json = False,
) -> None:
    """Say which way of knowing the news is worth most to you, from the results of a contest.

    Worth counts right, wrong and declined answers, the asker's waiting and the machine's work for answers and updates,
    in units of a right answer. The page has a map over all rates of questions and updates.

    Example: tiltyard decide --from out/demo --questions-per-day 5000 --updates-per-day 200
    Example: tiltyard decide --from out/demo --wrong -5 --half-within 6
    Example: tiltyard decide --from results.jsonl --documents documents.jsonl --training-seconds 600
    Example: tiltyard decide --again out/decision
    """
    _require_one(source, again)
    if again is not None:
        return _again(again, json=json)
    values = Values(
        right=right, wrong=wrong, silent=silent, second=second, machine_second=machine_second, margin=margin
    )
    rates = Rates(questions_per_day=questions_per_day, updates_per_day=updates_per_day, half_within_h=half_within)
    options = Options(
        sources=tuple(map(str, source or ())), documents=str(documents) if documents else None, values=values,
        rates=rates, training_seconds=training_seconds, document_seconds=document_seconds,
    )  # fmt: skip
    return _write(options, out, json=json)


def _require_one(source: list[Path] | None, again: Path | None) -> None:
    if (again is None) == (not source):
        raise ValueError("name the folder of a trial with --from, or that of a decision with --again, and not both")


def _write(options: Options, out: Path, *, json: bool) -> None:
    with progress.waiting("deciding at all rates"):
        decided = _decided(options)
        files.write(out, decided)
    if json:
        return output.as_json(files.as_dict(decided))
    output.say(" ".join([*decided.sentences, decided.warning]).strip())
    return output.say(f"Written to {out}: {', '.join(files.NAMES)}")


def _decided(options: Options) -> Decided:
    found = trial.found([Path(source) for source in options.sources])
    documents = Path(options.documents) if options.documents else found.times
    return making.decided(gathered([*found.results], documents), found, options)


def _again(folder: Path, *, json: bool) -> None:
    """Leaves with 1 where anything differs."""
    before = again_with.recorded(folder)
    with progress.waiting("deciding again"):
        said = again_with.compared(before, files.as_dict(_decided(before.options)))
    output.as_json(vars(said) | {"same": said.same}) if json else output.say(said.sentences)
    raise typer.Exit(0 if said.same else 1)
