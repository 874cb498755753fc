"""Every table of the console, in terminals of three widths: a row keeps its name, and nothing is cut."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.console import output

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "services" / "console"
NUMBER, NAMES, TEXT = "0.5512 (0.5012 to 0.6123)", ("ж", "щ", "ф"), "ю"
MANY = tuple(f"column {number}" for number in range(12))


class Shape(NamedTuple):
    """What a place in the sources says of the table that it shows."""

    place: str
    columns: tuple[str, ...]
    right: tuple[str, ...]
    names: int


def shapes() -> Iterator[Shape]:
    for file in sorted(CONSOLE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"output.table", "output.drawn"}:
                yield shape(file, call)


def shape(file: Path, call: ast.Call) -> Shape:
    """Columns and names as they stand there; what is only known at run time is taken for many numbers."""
    given = {word.arg: word.value for word in call.keywords}
    first = 1 if ast.unparse(call.func) == "output.table" else 2
    names = int(ast.unparse(given["names"])) if "names" in given else 1
    columns = valued(file, call.args[first]) or (*(f"name {number}" for number in range(names)), *MANY)
    right = given.get("right") or (call.args[first + 2] if len(call.args) > first + 2 else None)
    numbers = valued(file, right) if right is not None else ()
    place = f"{file.relative_to(CONSOLE)}:{call.lineno}"
    return Shape(place, columns, columns[names:] if numbers is None else numbers, names)


def valued(file: Path, node: ast.expr) -> tuple[str, ...] | None:
    module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    try:
        value: Any = eval(ast.unparse(node), vars(module))  # noqa: S307 (our own sources)
    except (NameError, SyntaxError, TypeError):  # `*made_there` is no expression by itself
        return None
    return tuple(value)


SHAPES = list(shapes())


def test_the_tables_are_found_and_only_one_file_draws_them() -> None:
    drawing = [file.name for file in CONSOLE.rglob("*.py") if "from rich.table" in file.read_text(encoding="utf-8")]

    assert len(SHAPES) >= 25
    assert drawing == ["tables.py"]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("shape", SHAPES, ids=[shape.place for shape in SHAPES])
def test_a_row_keeps_its_name_and_all_that_stands_in_it(
    shape: Shape, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output.out, "_width", width)
    marks = dict(zip(shape.columns, NAMES[: shape.names], strict=False))
    row = [NUMBER if name in shape.right else marks.get(name, TEXT) * 60 for name in shape.columns]

    output.table("", shape.columns, [row], shape.right, names=shape.names)
    said = capsys.readouterr().out

    parts = sum("──" in line for line in said.splitlines())
    assert all(len(line) <= width for line in said.splitlines())
    assert all(said.count(mark) == 60 * parts for mark in marks.values())
    assert said.count(TEXT) == 60 * row.count(TEXT * 60)
    assert said.count(NUMBER) == row.count(NUMBER)
