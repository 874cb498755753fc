"""The `tiltyard` command. Each file in `commands` adds its own."""

import sys

import typer
from pydantic import ValidationError

from services.console import output
from shared import plugins
from shared.runner import reason_of

COMMANDS = "services.console.commands"


def build() -> typer.Typer:
    """The command line with every command."""
    app = typer.Typer(
        name="tiltyard",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Answer questions about the news by retrieval and by fine-tuning, and see which to trust.",
    )
    for name in plugins.names(COMMANDS):
        plugins.load(COMMANDS, name, "register")(app)
    return app


def main() -> None:
    """Run one command; expected errors are one line and an exit code."""
    try:
        with output.plain_errors():
            build()()
    except ValidationError as error:
        output.err.print(f"error: settings of {error.title}: {reason_of(error)}", style="red", markup=False)
        sys.exit(output.EX_CONFIG)
    except typer.Exit as left:
        sys.exit(left.exit_code)


if __name__ == "__main__":
    main()
