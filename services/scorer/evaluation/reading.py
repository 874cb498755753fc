"""Reading files of predictions: JSON lines and JSON; what is wrong with the JSON is said, with the file and the line.

How files are opened and rows are checked is that of all collections: `shared/collections/reading.py`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from shared.collections.reading import Row, lines, opened


def rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Each JSON object of a JSON-lines file with its place; raises ValueError for a line that is something else."""
    for place, line in lines(path):
        yield place, _object(line, place, "write one JSON object on each line")


def whole(path: Path) -> Row:
    """A file that is one JSON object; raises ValueError for anything else."""
    with opened(path) as file:
        return _object(file.read(), str(path), "this format is one JSON object")


def first(path: Path) -> Row:
    """The first object of a file, of JSON lines or whole: what its format is recognised by.

    Raises ValueError where there is none.
    """
    with opened(path) as file:
        line = next((line for line in file if line.strip()), "")
        if not line:
            raise ValueError(f"{path} is empty: it holds no predictions")
        try:
            return _object(line, f"{path}, line 1", "")
        except ValueError as error:
            rest = file.read()
            try:
                return _object(line + rest, str(path), "")
            except ValueError:
                raise ValueError(f"{error}; write one JSON object on each line") from None


def _object(text: str, place: str, advice: str) -> Row:
    told = f"; {advice}" if advice else ""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{place}: no JSON ({error}){told}") from None
    if isinstance(value, dict):
        return value
    raise ValueError(f"{place}: JSON, but no object{told}")
