"""What goes with a question, from the command line: its kind, what was said before, and the time that it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from shared import lines
from shared.lab.freshness import moment
from shared.messages import KINDS, Turn

Kind = Annotated[
    str, typer.Option(help=f"{', '.join(KINDS)}. Default: conversation where something was said, else the first.")
]
Said = Annotated[
    list[str] | None, typer.Option(help="What was said before, the asker first, by turns; may be repeated.")
]
History = Annotated[Path | None, typer.Option(help="The same from a file: JSON lines of role and text.")]

AsOf = Annotated[
    str | None,
    typer.Option(help="Only evidence first seen by then: a time (without a zone in UTC), or how long ago (90s, 7d)."),
]


def moment_of(text: str | None) -> datetime | None:
    """A time as people write it. Raises ValueError."""
    return None if text is None else moment(text, datetime.now(UTC))


def of_kind(kind: str, said: Sequence[str] | None, history: Path | None) -> dict[str, Any]:
    """`kind` and `history` of a question; turns of the file come first.

    Raises FileNotFoundError for a missing file, ValueError for a line that is no turn.
    """
    turns = lines.read_all(history, Turn) if history else []
    roles = ("asker", "assistant")
    turns += [Turn.model_validate({"role": roles[place % 2], "text": text}) for place, text in enumerate(said or ())]
    return {"kind": kind or ("conversation" if turns else KINDS[0]), "history": tuple(turns)}
