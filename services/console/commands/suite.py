"""`tiltyard suite`: making and checking the folders that `tiltyard evaluate suite` runs."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from services.console import output
from shared import plugins
from shared.collections.collection import FORMATS
from shared.lab.suites import checking, folder, importing
from shared.lab.suites.folder import Suite


def register(app: typer.Typer) -> None:
    suites = typer.Typer(name="suite", no_args_is_help=True, help="Make and check suites of questions.")
    suites.command()(check)
    suites.command("import")(import_)
    app.add_typer(suites)


def check(place: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the suite.")]) -> None:
    """Say everything that is wrong with a suite, with file and line; ends with 65 if anything is.

    Example: tiltyard suite check services/console/newswire/suites/questions
    """
    draft = folder.read(place)
    _end_with(checking.errors(draft))
    _describe(draft.suite)


def import_(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help=", ".join(plugins.names(FORMATS)))],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Documents first where there are two.")],
    out: Annotated[Path, typer.Option(help="Folder to write the suite to.")],
    licence: Annotated[str, typer.Option(help="Under which the questions and documents may be used.")],
    name: Annotated[str, typer.Option(help="Of the suite. Default: the name of the folder.")] = "",
    release: Annotated[str, typer.Option(help="Version of the suite.")] = "1",
    source: Annotated[str, typer.Option(help="Where the files come from. Default: their names.")] = "",
) -> None:
    """Make a suite of foreign files: a folder with a card, questions and documents.

    Example: tiltyard suite import squad xquad.en.json --licence "CC BY-SA 4.0" --out out/xquad
    Example: tiltyard suite import realtime_qa d.jsonl.gz q.jsonl.gz --licence "not for redistribution" --out out/rtqa
    """
    suite = importing.imported(
        format_name,
        files,
        name=name or out.resolve().name.lower(),
        version=release,
        licence=licence,
        source=source or ", ".join(file.name for file in files),
    )
    wrong = importing.write(out, suite)
    _describe(suite)
    output.say(f"Written to {out}. Read {out / 'suite.toml'} and say in it what the suite is for.")
    _end_with(wrong)


def _describe(suite: Suite) -> None:
    output.say(
        f"{suite.card.name} {suite.card.version}, {suite.card.kind}: {len(suite.questions)} questions, "
        f"{len(suite.standing)} documents standing at the end of {len(suite.documents)} lines."
    )
    counts = Counter(question.slice for question in suite.questions)
    rows = ([name, counts[name], about] for name, about in suite.card.slices.items())
    output.table("", ("slice", "questions", "what it asks for"), rows, right=("questions",))


def _end_with(wrong: list[str]) -> None:
    for error in wrong:
        output.err.print(error, markup=False, soft_wrap=True)
    if wrong:
        output.fail(f"{len(wrong)} errors; the suite cannot be run before they are gone", output.EX_DATA)
