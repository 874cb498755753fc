"""The `tiltyard` command. Each file in `commands` adds its own."""

import inspect
import logging
import re
import sys
from importlib.metadata import version as installed
from typing import Annotated

import stamina.instrumentation
import structlog
import typer

from services.console import output
from services.console.commands.platform import adopt
from shared import own_sources, plugins, tracebacks
from shared.observe_settings import ObserveSettings
from shared.service import EX_SOFTWARE
from shared.telemetry import otlp

COMMANDS = "services.console.commands"
_EXAMPLE = re.compile(r"\s+(?=Example: )")
AS_IT_STANDS = "\b"  # before a paragraph: its lines are shown as they are, and not wrapped


def build() -> typer.Typer:
    """The command line with every command."""
    app = typer.Typer(
        name="tiltyard",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Answer questions about the news by retrieval and by fine-tuning, and see which to trust.",
    )
    app.callback(no_args_is_help=True, help=app.info.help)(_options)
    for name in plugins.names(COMMANDS):
        plugins.load(COMMANDS, name, "register")(app)
    _readable(app)
    return app


def _tell_version(wanted: bool) -> None:
    if wanted:
        output.say(f"tiltyard {installed('tiltyard')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and leave.")
]


def _options(version: Version = False) -> None:  # noqa: ARG001 (its callback answers it)
    """What `tiltyard` takes before a command; said beside its output is where settings come from."""
    if said := own_sources.settings_file():
        output.err.print(said, markup=False, soft_wrap=True)
    adopt()


def _readable(app: typer.Typer) -> None:
    """Each example of a help on a line of its own, to be copied as it stands; in lists the whole first sentence."""
    for command in app.registered_commands:
        description = inspect.cleandoc((command.callback.__doc__ if command.callback else None) or "")
        command.help, command.short_help = with_examples_apart(description), first_sentence(description)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.short_help = first_sentence(str(group.typer_instance.info.help))
            _readable(group.typer_instance)


def with_examples_apart(text: str) -> str:
    """A help text with each `Example: ...` behind a blank line, kept from being wrapped."""
    description, *examples = _EXAMPLE.split(text.strip())
    if not examples:
        return description
    return "\n".join([description, "", AS_IT_STANDS, *(example.strip() for example in examples)])


def first_sentence(text: str) -> str:
    """How a help text begins, as a list of commands shows it."""
    return re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]


def main() -> None:
    """Run one command; expected errors are one line and an exit code, retries are not worth a word."""
    tracebacks.mask()
    stamina.instrumentation.set_on_retry_hooks([])
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("librdkafka").setLevel(logging.CRITICAL)
    try:
        with output.plain_errors():
            otlp.export("console", ObserveSettings())
            build()()
    except typer.Exit as left:
        sys.exit(left.exit_code)
    except Exception as error:
        tracebacks.tell(error)
        sys.exit(EX_SOFTWARE)


if __name__ == "__main__":
    main()
