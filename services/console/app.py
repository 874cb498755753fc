"""The `tiltyard` command. Each file in `commands` adds its own."""

import logging
import sys

import stamina.instrumentation
import typer

from services.console import output
from shared import plugins

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
    """Run one command; expected errors are one line and an exit code, retries are not worth a word."""
    stamina.instrumentation.set_on_retry_hooks([])
    logging.getLogger("librdkafka").setLevel(logging.CRITICAL)
    try:
        with output.plain_errors():
            build()()
    except typer.Exit as left:
        sys.exit(left.exit_code)


if __name__ == "__main__":
    main()
