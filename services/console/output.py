"""What the console says: plain lines and tables for people, JSON for programs, errors to standard error."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console, Group
from rich.text import Text

from services.console import tables
from services.console.platform.errors import PlatformError
from shared.access import MissingTopicError, RefusedError, UnreachableError
from shared.cassandra.release import OldServerError
from shared.denials import denials_told
from shared.kafka.sink import DeliveryError
from shared.kafka.topics import UnfinishedReadError
from shared.masking import masked
from shared.printable import escaped, printable
from shared.records import reason_of, wrong_settings
from shared.source_files import DataError

NARROWEST = 100  # of tables that go to a file


class SafeConsole(Console):
    """A console on which words of strangers are only read: none is obeyed by the terminal, and none is markup of it."""

    def render_str(self, text: str, **style: Any) -> Text:
        return super().render_str(printable(text), **style)


out = SafeConsole(highlight=False)
err = SafeConsole(stderr=True, highlight=False)
if not out.is_terminal:
    out.width = max(out.width, NARROWEST)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]
EX_USAGE, EX_DATA, EX_UNAVAILABLE, EX_CONFIG = 64, 65, 69, 78
_EXIT_CODES: dict[type[Exception], int] = {
    UnreachableError: EX_UNAVAILABLE,
    DeliveryError: EX_UNAVAILABLE,
    UnfinishedReadError: EX_UNAVAILABLE,
    PlatformError: EX_CONFIG,
    MissingTopicError: EX_CONFIG,
    RefusedError: EX_CONFIG,
    OldServerError: EX_CONFIG,
    FileNotFoundError: EX_USAGE,
    DataError: EX_DATA,
    TimeoutError: EX_UNAVAILABLE,
    OSError: EX_CONFIG,
    ValueError: EX_CONFIG,
}


@contextmanager
def plain_errors() -> Iterator[None]:
    """Expected errors become one clear line and an exit code; anything else is a bug and keeps its traceback."""
    try:
        with denials_told():
            yield
    except ValidationError as error:
        if error.title.endswith("Settings"):
            fail(f"{wrong_settings(error)} (every setting stands in .env.example)", EX_CONFIG)
        fail(f"{error.title}: {reason_of(error)}", EX_DATA)
    except tuple(_EXIT_CODES) as error:
        fail(_words_of(error), next(code for kind, code in _EXIT_CODES.items() if isinstance(error, kind)))
    except KeyboardInterrupt:
        fail("interrupted", 130)


def _words_of(error: Exception) -> str:
    """What went wrong; of what the operating system says, the file first, as of all other errors with files."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def fail(message: str, code: int) -> None:
    """Say what is wrong and leave."""
    err.print("error:", masked(message), style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def say(message: str) -> None:
    """One line for a person; brackets in it are text, not markup."""
    out.print(message, markup=False, soft_wrap=True)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = (), *, names: int = 1
) -> None:
    """A table; the columns named in `right` are numbers, and the first `names` columns name the rows."""
    out.print(drawn(out, title, columns, rows, right, names=names))


def drawn(
    console: Console,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: Sequence[str] = (),
    *,
    names: int = 1,
) -> Group:
    """A table as it fits a console, for what shows it again and again."""
    return Group(*tables.fitting(title, columns, rows, right, names=names, width=console.width))


def as_json(value: Any) -> None:
    """A JSON document on standard output."""
    json_line(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def json_line(document: str) -> None:
    """JSON as it is, but for characters that a terminal would obey: they are escaped."""
    print(escaped(document), flush=True)  # noqa: T201 (programs read this)


def _plain(value: object) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)
