"""`tiltyard decide`: which contestant is worth most at your rates, how sure that is, and what would change it."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.report import gathered
from shared.lab.deciding import chart, files, of_results, trial
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.deciding.page import Decided
from shared.lab.deciding.rule import decide as decided_by
from shared.lab.deciding.turning import turns
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.material import Material
from shared.lab.report.numbers import count
from shared.lab.reviewing.counting import Review

USUAL = Values()

Sources = Annotated[
    list[Path],
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
Read = Annotated[int | None, typer.Option(min=1, help="Questions that a person read. Default: what the trial says.")]
Good = Annotated[int | None, typer.Option(min=0, help="How many of those were good as they stood.")]
Right = Annotated[float, typer.Option(help="Worth of a right answer.")]
Wrong = Annotated[float, typer.Option(help="Worth of a wrong answer.")]
Silent = Annotated[float, typer.Option(help="Worth of a declined answer.")]
Second = Annotated[float, typer.Option(max=0, help="Worth of a second of waiting.")]
Machine = Annotated[float, typer.Option(max=0, help="Worth of a second of the machine.")]
Margin = Annotated[float, typer.Option(min=1e-6, help="Worth of an answer that does not matter.")]


def register(app: typer.Typer) -> None:
    app.command()(decide)


def decide(
    source: Sources,
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
    reviewed: Read = None,
    good: Good = None,
    out: Annotated[Path, typer.Option(help="Folder for decision.html, .md and .json.")] = Path("out/decision"),
    json: output.Json = False,
) -> None:
    """Say which way of knowing the news is worth most to you, from the results of a contest.

    Worth counts right, wrong and declined answers, the asker's waiting and the machine's work for answers and updates,
    in units of a right answer. The page has a map over all rates of questions and updates.

    Example: tiltyard decide --from out/demo --questions-per-day 5000 --updates-per-day 200
    Example: tiltyard decide --from out/demo --wrong -5 --half-within 6
    Example: tiltyard decide --from out/demo --reviewed 30 --good 26
    Example: tiltyard decide --from results.jsonl --documents documents.jsonl --training-seconds 600
    """
    values = Values(
        right=right, wrong=wrong, silent=silent, second=second, machine_second=machine_second, margin=margin
    )
    rates = Rates(questions_per_day=questions_per_day, updates_per_day=updates_per_day, half_within_h=half_within)
    said = _review(reviewed, good)
    with progress.waiting("deciding at all rates"):
        material, found = _read(source, documents)
        costs = found.costs.said(document_seconds, training_seconds)
        decided = _decided(material, costs, values, rates, said or found.review)
        files.write(out, decided)
    output.as_json(files.as_dict(decided)) if json else _say(decided, out)


def _say(decided: Decided, out: Path) -> None:
    for sentences in (decided.sentences, decided.of_review):
        if sentences:
            output.say(" ".join(sentences))
    output.say(f"Written to {out}: {', '.join(files.NAMES)}")


def _review(reviewed: int | None, good: int | None) -> Review | None:
    """What somebody says of questions that were read elsewhere. ValueError: only one of the two is said."""
    if reviewed is None or good is None:
        if reviewed is not good:
            raise ValueError("--reviewed and --good belong together: say both, or neither")
        return None
    return Review(reviewed=reviewed, good=good)


def _read(sources: list[Path], documents: Path | None) -> tuple[Material, trial.Found]:
    found = trial.found(sources)
    return gathered([*found.results], documents or found.times), found


def _decided(material: Material, costs: UpdateCosts, values: Values, rates: Rates, review: Review | None) -> Decided:
    evidence = of_results.evidence(material, costs, bad=review.bad if review else 0.0)
    [decision] = decided_by(evidence, values, [rates])
    if decision is None:
        raise ValueError(
            f"no arm keeps up with {rates.updates_per_day:g} updates a day: name fewer, or say what a document takes "
            "(--document-seconds)"
        )
    return Decided(
        evidence, values, decision, turns(evidence, values, rates), chart.of(evidence, values, rates.half_within_h),
        of_results.basis(material), count(material), review,
    )  # fmt: skip
