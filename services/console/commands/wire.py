"""`tiltyard wire`: invented newswires, made from a seed."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from services.console import jobs, output, wire_review
from services.console.deciding import options as deciding
from shared.jobs.asking import JOB, NewswireMade
from shared.lab.wires import drift_folder, named, wire
from shared.lab.wires.drift import Drift
from shared.lab.wires.knobs import Knobs

Folder = Annotated[Path, typer.Option(help="Folder to write the wire to.")]
app = typer.Typer(no_args_is_help=True, help="Make invented newswires, on which recipes are chosen and judged.")


def register(parent: typer.Typer) -> None:
    app.command()(wire_review.review)
    parent.add_typer(app, name="wire")


def _knob(name: str, *, optional: bool = False) -> Any:
    """An option for a knob; the knob's default is told where a named wire may set another (`optional`)."""
    field = Knobs.model_fields[name]
    default = f" Default: {field.default}." if optional and not field.is_required() else ""
    return typer.Option(help=f"{(field.description or name).capitalize()}.{default}", show_default=not optional)


@app.command()
def make(
    out: Folder,
    name: Annotated[str, typer.Option(help="A named wire, such as dev-1; its knobs are fixed.")] = "",
    seed: Annotated[int | None, _knob("seed", optional=True)] = None,
    documents: Annotated[int | None, _knob("documents", optional=True)] = None,
    new: Annotated[int | None, _knob("new", optional=True)] = None,
    corrections: Annotated[int | None, _knob("corrections", optional=True)] = None,
    retractions: Annotated[int | None, _knob("retractions", optional=True)] = None,
    reprints: Annotated[int | None, _knob("reprints", optional=True)] = None,
    wordings: Annotated[int | None, _knob("wordings", optional=True)] = None,
    length: Annotated[str | None, _knob("length", optional=True)] = None,
    facts: Annotated[int | None, _knob("facts", optional=True)] = None,
    questions: Annotated[int | None, _knob("questions", optional=True)] = None,
    multi: Annotated[float | None, _knob("multi", optional=True)] = None,
    unanswerable: Annotated[float | None, _knob("unanswerable", optional=True)] = None,
    namesakes: Annotated[float | None, _knob("namesakes", optional=True)] = None,
) -> None:
    """Make a wire of two editions, in the format of the sample newswire. The same knobs give the same bytes.

    Example: tiltyard wire make --seed 7 --wordings 2 --out out/wire-7
    Example: tiltyard wire make --name dev-1 --out out/dev-1
    """
    given = {knob: value for knob, value in locals().items() if knob in Knobs.model_fields and value is not None}
    made = wire.make(_knobs(name, given))
    wire.write(out, made)
    counts = ", ".join(f"{count} {slice_}" for slice_, count in made.card["questions"].items())
    output.say(f"{len(made.timeline.events)} documents, {len(made.pairs)} training pairs; questions: {counts}.")
    output.say(f"Written to {out}. `tiltyard demo --wire {out}` runs the trial on it.")


@app.command("drift")
def drift_(
    out: Annotated[Path, typer.Option(help="Folder to write the suite to.")],
    seed: Annotated[int, _knob("seed")],
    editions: Annotated[int, typer.Option(help="How many, the first one with them.")] = 20,
    questions: Annotated[int, typer.Option(help="How many.")] = 5_000,
    documents: Annotated[int, _knob("documents")] = 60,
    new: Annotated[int, _knob("new")] = 30,
    updates: Annotated[int, _knob("updates")] = 12,
    corrections: Annotated[int, _knob("corrections")] = 6,
    retractions: Annotated[int, _knob("retractions")] = 3,
    reprints: Annotated[int, _knob("reprints")] = 2,
    length: Annotated[str, _knob("length")] = "short",
) -> None:
    """Make a suite over many editions: what is true now, what was true on a day, what was not known yet.

    Example: tiltyard wire drift --seed 7 --editions 20 --questions 5000 --out out/drift-7
    """
    made = Drift(Knobs(**{knob: value for knob, value in locals().items() if knob in Knobs.model_fields}))
    asked = drift_folder.write(out, made)
    output.say(f"{len(made.timeline.events)} documents in {editions} editions, {asked} questions. Written to {out}.")


@app.command("of")
def of_(
    documents: Annotated[Path, typer.Argument(help="JSON lines as on the topic, as `tiltyard feed ... --to` writes.")],
    out: Folder,
    cutoff: deciding.Cutoff = "",
    per_document: deciding.PerDocument = 4,
    by: deciding.By = "rules",
    seed: Annotated[int, typer.Option(help="Of what is drawn by chance.")] = 1,
    questions: deciding.Questions = None,
    log: deciding.Log = None,
) -> None:
    """Make a wire of your own documents: editions, training pairs and questions, by rules for plain English sentences.

    Example: tiltyard wire of documents.jsonl --out out/mine
    Example: tiltyard wire of documents.jsonl --questions questions.jsonl --out out/mine
    """
    if questions and log:
        raise ValueError("--log says how questions are made, and with --questions none are: leave one of the two out")
    for file in filter(None, (documents, questions, log)):
        if file.resolve().is_relative_to(out.resolve()):
            raise ValueError(f"{file} lies in {out}, whose files are written: name another folder with --out")
    arguments = [str(documents), "--out", str(out), "--per-document", str(per_document), "--seed", str(seed)]
    for option, value in (("--by", by), ("--cutoff", cutoff), ("--questions", questions), ("--log", log)):
        arguments += [option, str(value)] if value else []
    made = jobs.result_of(JOB.module, next(iter([*jobs.run(JOB, arguments, os.environ)]), None))
    _tell(made)
    output.say(
        f"Written to {out}. `tiltyard wire review {out}` shows 30 of the questions to you, and `tiltyard demo --wire "
        f"{out}` runs the trial on them."
    )


def _tell(made: NewswireMade) -> None:
    """What was made, and of how many documents nothing is asked."""
    counts = ", ".join(f"{count} {slice_}" for slice_, count in made.questions.items())
    output.say(
        f"{made.edition1} documents in the first edition, {made.edition2} in the second, {made.pairs} training pairs; "
        f"questions: {counts}."
    )
    for reason, count in made.left_out.items():
        output.say(f"Of {count} documents nothing is asked: {reason}.")
    _tell_shortfalls(made)


def _tell_shortfalls(made: NewswireMade) -> None:
    """What was wanted of made questions, and what the documents gave."""
    if (unanswerable := made.questions.get("unanswerable", 0)) < made.unanswerable:
        output.say(
            f"Unanswerable: {made.unanswerable} were wanted and {unanswerable} made, since of more names no rule tells "
            "what they are of."
        )
    if made.asked_for:
        shares = (f"{kind} {wanted:.0%} and {got:.0%}" for kind, (wanted, got) in made.asked_for.items())
        output.say(f"Asked for, in the log and here: {', '.join(shares)}.")


@app.command("list")
def list_() -> None:
    """List the named wires: dev wires to choose recipes on, and test wires to judge the chosen one.

    Example: tiltyard wire list
    """
    fields = ("seed", "documents", "wordings", "length", "facts", "namesakes", "questions")
    rows = [[name, *(getattr(knobs, field) for field in fields)] for name, knobs in named.named().items()]
    output.table("Named wires", ["wire", *fields], rows)


def _knobs(name: str, given: dict[str, Any]) -> Knobs:
    """ValueError where a named wire is to be changed, or where there is no seed."""
    if name and given:
        raise ValueError(
            f"--name {name} fixes every knob: leave out {', '.join(f'--{knob}' for knob in sorted(given))}"
        )
    if name:
        return named.of_name(name)
    if "seed" not in given:
        raise ValueError("say --seed, a whole number, or --name, which `tiltyard wire list` knows")
    return Knobs(**given)
