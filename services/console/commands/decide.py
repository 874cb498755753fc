"""`tiltyard decide`: which contestant is worth most at your rates, how sure that is, and what would change it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from services.console import output, progress
from services.console.commands.report import gathered
from services.console.deciding import options as of
from services.console.deciding import planning, said, steps
from services.console.deciding.steps import ToDecide
from services.console.demo import newswire
from services.console.demo.telling import Counting
from shared.costs import CostSettings
from shared.lab.deciding import again as again_with
from shared.lab.deciding import files, making, trial
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.made_with import Options
from shared.lab.deciding.making import NOTHING_WEIGHED
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.blocks import Section
from shared.lab.reviewing.counting import Review
from shared.lab.voting.settings import VotingSettings

USUAL = of.USUAL


def register(app: typer.Typer) -> None:
    app.command()(decide)


def decide(
    addresses: of.Addresses = None, wire: of.Wire = None, source: of.Sources = None, again: of.Again = None,
    budget: of.Budget = "45m", questions: of.Questions = None, log: of.Log = None, cutoff: of.Cutoff = "",
    by: of.By = "rules", per_document: of.PerDocument = 4, contest: of.Contest = steps.CONTEST,
    afresh: of.Afresh = False,
    questions_per_day: of.Asked = 1_000.0, updates_per_day: of.Changed = 50.0, half_within: of.Half = 72.0,
    right: of.Right = USUAL.right, wrong: of.Wrong = USUAL.wrong, silent: of.Silent = USUAL.silent,
    second: of.Second = USUAL.second, machine_second: of.Machine = USUAL.machine_second,
    margin: of.Margin = USUAL.margin, documents: of.Documents = None, training_seconds: of.Training = None,
    document_seconds: of.Findable = None, reviewed: of.Reviewed = None, good: of.Good = None,
    taught: of.Taught = None, out: of.Out = Path("out/decision"), json: output.Json = False,
) -> None:  # fmt: skip
    """Say which way of knowing the news is worth most to you, from your documents or from the results of a contest.

    Documents are read, questions are made of them, a model is trained, and all ways answer, on servers of its own; a
    decision that was interrupted goes on when it is asked for again. Worth counts right, wrong and declined answers,
    the asker's waiting and the machine's work for answers and updates, in units of a right answer.

    Example: tiltyard decide ~/press-releases --questions-per-day 200 --updates-per-day 5 --budget 45m
    Example: tiltyard decide --from out/demo --wrong -5 --half-within 6 --reviewed 30 --good 26
    Example: tiltyard decide --again out/decision
    """
    _require_one(addresses, wire, source, again)
    if again is not None:
        return _again(again, json=json)
    values = Values(
        right=right, wrong=wrong, silent=silent, second=second, machine_second=machine_second, margin=margin
    )
    rates = Rates(questions_per_day=questions_per_day, updates_per_day=updates_per_day, half_within_h=half_within)
    review = _review(reviewed, good)
    given = _given(by, cutoff, questions, log)
    _require_fitting(given, wire, source, afresh=afresh, taught=taught)
    work = {} if wire else {"--per-document": str(per_document), **given}
    results, more = _results(source, addresses or [], wire, work, (contest, budget, out, afresh))
    options = Options(
        sources=tuple(map(str, results)), documents=str(documents) if documents else None, values=values, rates=rates,
        training_seconds=training_seconds, document_seconds=document_seconds, review=review, taught_share=taught,
    )  # fmt: skip
    return _write(options, out, more, json=json)


def _given(by: str, cutoff: str, questions: Path | None, log: Path | None) -> dict[str, str]:
    """How questions are made, as far as somebody said it."""
    said = {"--by": "" if by == "rules" else by, "--cutoff": cutoff, "--questions": questions, "--log": log}
    return {name: str(value) for name, value in said.items() if value}


def _results(
    source: list[Path] | None, addresses: Sequence[str], wire: Path | None, making: Mapping[str, str],
    how: tuple[str, str, Path, bool],
) -> tuple[Sequence[Path], Sequence[Section]]:  # fmt: skip
    """Results that are there, or of a contest that is held for this decision as far as it was not held before.

    Beside them what the page says of how they came about.
    """
    if source:
        return source, ()
    contest, budget, out, afresh = how
    counting = Counting(VotingSettings().per_voter_per_hour, CostSettings())
    outcome = steps.hold(ToDecide(addresses, wire, making, contest, planning.seconds_of(budget), out, counting, afresh))
    return [outcome.results], said.sections(outcome)


def _require_one(addresses: list[str] | None, wire: Path | None, source: list[Path] | None, again: Path | None) -> None:
    if sum(map(bool, (addresses, wire, source, again))) != 1:
        raise ValueError(
            "say one thing to decide from: documents (a folder, a feed's address, a .jsonl file), a newswire (--wire), "
            "results (--from), or a decision that was made (--again)"
        )


def _require_fitting(
    making: Mapping[str, str], wire: Path | None, source: list[Path] | None, *, afresh: bool, taught: float | None
) -> None:
    """Raises ValueError for options that would have no effect, or do not go together."""
    if making and (wire or source):
        given = "--from" if source else "--wire"
        raise ValueError(f"{', '.join(making)}: questions are made of documents, and {given} brings its own")
    if afresh and source:
        raise ValueError("--afresh: with --from nothing is worked on that could begin anew")
    if "--questions" in making and "--log" in making:
        raise ValueError("--questions and --log: a log says how questions are made, and yours are made already")
    if taught is not None and ("--questions" in making or (wire and newswire.load(wire).asks_what_is_taught)):
        raise ValueError(f"--taught: {NOTHING_WEIGHED}")


def _review(reviewed: int | None, good: int | None) -> Review | None:
    """What somebody says of questions that were read elsewhere. ValueError: only one of the two is said."""
    if reviewed is None or good is None:
        if reviewed is not good:
            raise ValueError("--reviewed and --good belong together: say both, or neither")
        return None
    return Review(reviewed=reviewed, good=good)


def _write(options: Options, out: Path, extra: Sequence[Section], *, json: bool) -> None:
    with progress.waiting("deciding at all rates"):
        decided = _decided(options)
        files.write(out, decided, extra)
    if json:
        return output.as_json(files.as_dict(decided))
    beside = map(" ".join, (decided.of_taught, decided.of_review))
    for words in (" ".join(decided.sentences), decided.warning, *beside):
        if words:
            output.say(words)
    page = (out / files.NAMES[0]).resolve().as_uri()
    return output.say(f"Written to {out}: {', '.join(files.NAMES)}. To read: {page}")


def _decided(options: Options) -> Decided:
    found = trial.found([Path(source) for source in options.sources])
    documents = Path(options.documents) if options.documents else found.times
    return making.decided(gathered([*found.results], documents), found, options)


def _again(folder: Path, *, json: bool) -> None:
    """Leaves with 1 where anything differs."""
    before = again_with.recorded(folder)
    with progress.waiting("deciding again"):
        compared = again_with.compared(before, files.as_dict(_decided(before.options)))
    output.as_json(vars(compared) | {"same": compared.same}) if json else output.say(compared.sentences)
    raise typer.Exit(0 if compared.same else 1)
