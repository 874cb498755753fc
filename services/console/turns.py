"""What was said before a question, and its kind, from the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from shared import lines
from shared.messages import KINDS, Turn

Kind = Annotated[
    str, typer.Option(help=f"{', '.join(KINDS)}. Default: conversation where something was said, else the first.")
]
Said = Annotated[
    list[str] | None, typer.Option(help="What was said before, the asker first, by turns; may be repeated.")
]
History = Annotated[Path | None, typer.Option(help="The same from a file: JSON lines of role and text.")]


def of_kind(kind: str, said: Sequence[str] | None, history: Path | None) -> dict[str, Any]:
    """`kind` and `history` of a question; turns of the file come first.

    Raises FileNotFoundError for a missing file, ValueError for a line that is no turn.
    """
    turns = lines.read_all(history, Turn) if history else []
    roles = ("asker", "assistant")
    turns += [Turn.model_validate({"role": roles[place % 2], "text": text}) for place, text in enumerate(said or ())]
    return {"kind": kind or ("conversation" if turns else KINDS[0]), "history": tuple(turns)}
