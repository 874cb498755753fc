"""`tiltyard people`: who may do what on the pages."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import output
from shared import people
from shared.people import ROLES, Role


def register(app: typer.Typer) -> None:
    commands = typer.Typer(
        no_args_is_help=True, help="Who may do what on the pages. It changes a file and nothing else."
    )
    commands.command()(new)
    commands.command()(show)
    app.add_typer(commands, name="people")


def new(
    name: Annotated[str, typer.Argument(help="As records will have it: ada")],
    role: Annotated[Role, typer.Option(help=f"One of {', '.join(ROLES)}; each may do what those before it may.")],
    into: Annotated[Path, typer.Option(help="The file, TILTYARD_WEB_PEOPLE of the pages; it is made if need be.")],
    label: Annotated[list[str] | None, typer.Option(help="Of documents that they may see; several times.")] = None,
) -> None:
    """List somebody, and show the token with which they sign in. It is shown once.

    Example: tiltyard people new ada --role operator --into people.toml
    """
    token = people.add(into, name, role, label or ())
    output.err.print(f"{name} is listed as {role} in {into}. Their token, which is kept nowhere:", soft_wrap=True)
    output.say(token)


def show(file: Annotated[Path, typer.Argument(help="The file of people.")], json: output.Json = False) -> None:
    """Show who is listed, and what each may do.

    Example: tiltyard people show people.toml
    """
    listed = people.read(file)
    rows = {name: {"role": one.role, "labels": [*one.labels]} for name, one in listed.people.items()}
    if json:
        return output.as_json({"everyone": listed.everyone, "people": rows})
    for name, row in rows.items():
        output.say(f"{name}: {row['role']}" + (f", labels {', '.join(row['labels'])}" if row["labels"] else ""))
    output.say(f"Of whom a proxy names and who is not listed: {listed.everyone or 'nobody may look'}.")
    return None
