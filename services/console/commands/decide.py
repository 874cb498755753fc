"""`tiltyard decide`: which contestant is worth most at your rates, how sure that is, and what would change it."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.report import gathered
from services.console.deciding import planning, steps
from services.console.deciding.steps import ToDecide
from services.console.demo.telling import Counting
from shared.costs import CostSettings
from shared.lab.deciding import chart, files, of_results, trial
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.deciding.page import Decided
from shared.lab.deciding.rule import decide as decided_by
from shared.lab.deciding.turning import turns
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.material import Material
from shared.lab.report.numbers import count
from shared.lab.voting.settings import VotingSettings

USUAL = Values()

Addresses = Annotated[
    list[str] | None,
    typer.Argument(
        help="Documents: a folder, a feed's address, a .jsonl file, or a SQL query; several are one corpus."
    ),
]
Sources = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Instead of documents: a trial's folder, or a results.jsonl; several: trainings."),
]
Documents = Annotated[
    Path | None,
    typer.Option(help="With --from: JSON lines with document_id and published_at, what was news after a training."),
]
Wire = Annotated[Path | None, typer.Option(help="Instead of documents: a newswire folder with questions and pairs.")]
Contest = Annotated[str, typer.Option(help="A contest's file, or a shipped one's name.")]
Budget = Annotated[str, typer.Option(help="Time for everything: 45m, 2h, or none. Less is asked and trained in less.")]
Cutoff = Annotated[str, typer.Option(help="Documents published later are new. Default: 3 of 10.")]
PerDocument = Annotated[int, typer.Option(min=1, help="Most facts that are asked of one document.")]
Out = Annotated[Path, typer.Option(help="Folder for decision.html, .md and .json.")]
Afresh = Annotated[bool, typer.Option("--afresh", help="Begin anew, whatever was done before in this folder.")]
Asked = Annotated[float, typer.Option(min=1e-3, help="Questions a day.")]
Changed = Annotated[float, typer.Option(min=0, help="Updates a day: documents published, corrected or retracted.")]
Half = Annotated[float, typer.Option(min=0.01, help="Half of the questions are about news of so many hours.")]
Training = Annotated[float | None, typer.Option(min=0, help="Of one training. Default: what the trial measured.")]
Findable = Annotated[
    float | None, typer.Option(min=0, help="From publication until findable. Default: what the trial measured.")
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
    addresses: Addresses = None, source: Sources = None, documents: Documents = None, wire: Wire = None,
    cutoff: Cutoff = "", per_document: PerDocument = 4, contest: Contest = steps.CONTEST, budget: Budget = "45m",
    afresh: Afresh = False, questions_per_day: Asked = 1_000.0, updates_per_day: Changed = 50.0,
    half_within: Half = 72.0, right: Right = USUAL.right, wrong: Wrong = USUAL.wrong, silent: Silent = USUAL.silent,
    second: Second = USUAL.second, machine_second: Machine = USUAL.machine_second, margin: Margin = USUAL.margin,
    training_seconds: Training = None, document_seconds: Findable = None, out: Out = Path("out/decision"),
    json: output.Json = False,
) -> None:  # fmt: skip
    """Say which way of knowing the news is worth most to you, from your documents or from the results of a contest.

    Documents are read, questions are made of them, a model is trained, and all ways answer, on servers of its own; a
    decision that was interrupted goes on when it is asked for again. Worth counts right, wrong and declined answers,
    the asker's waiting and the machine's work for answers and updates, in units of a right answer. The page has a map
    over all rates of questions and updates.

    Example: tiltyard decide ~/press-releases --questions-per-day 200 --updates-per-day 5 --budget 45m
    Example: tiltyard decide --from out/demo --questions-per-day 5000 --updates-per-day 200
    Example: tiltyard decide --from out/demo --wrong -5 --half-within 6
    Example: tiltyard decide --from results.jsonl --documents documents.jsonl --training-seconds 600
    """
    values = Values(
        right=right, wrong=wrong, silent=silent, second=second, machine_second=machine_second, margin=margin
    )
    rates = Rates(questions_per_day=questions_per_day, updates_per_day=updates_per_day, half_within_h=half_within)
    making = ["--per-document", str(per_document), *(["--cutoff", cutoff] if cutoff else [])]
    results = source or [_held(addresses or [], wire, making, contest, budget, out, afresh=afresh)]
    with progress.waiting("deciding at all rates"):
        material, measured = _read(results, documents)
        costs = measured.said(document_seconds, training_seconds)
        decided = _decided(material, costs, values, rates)
        files.write(out, decided)
    if json:
        return output.as_json(files.as_dict(decided))
    output.say(" ".join(decided.sentences))
    return output.say(f"Written to {out}: {', '.join(files.NAMES)}")


def _held(
    addresses: list[str], wire: Path | None, making: list[str], contest: str, budget: str, out: Path, *, afresh: bool
) -> Path:
    """Results of a contest that is held for this decision, as far as it was not held before."""
    if bool(addresses) == bool(wire):
        raise ValueError(
            "say what to decide from: documents (a folder, a feed's address, a .jsonl file), a newswire (--wire), or "
            "results (--from)"
        )
    counting = Counting(VotingSettings().per_voter_per_hour, CostSettings())
    wanted = ToDecide(addresses, wire, making, contest, planning.seconds_of(budget), out, counting, afresh)
    return steps.hold(wanted).results


def _read(sources: list[Path], documents: Path | None) -> tuple[Material, UpdateCosts]:
    found = trial.found(sources)
    return gathered([*found.results], documents or found.times), found.costs


def _decided(material: Material, costs: UpdateCosts, values: Values, rates: Rates) -> Decided:
    evidence = of_results.evidence(material, costs)
    [decision] = decided_by(evidence, values, [rates])
    if decision is None:
        raise ValueError(
            f"no arm keeps up with {rates.updates_per_day:g} updates a day: name fewer, or say what a document takes "
            "(--document-seconds)"
        )
    return Decided(
        evidence, values, decision, turns(evidence, values, rates), chart.of(evidence, values, rates.half_within_h),
        of_results.basis(material), count(material),
    )  # fmt: skip
