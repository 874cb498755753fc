"""The events that services log are those of the catalogue, with its fields, and the catalogue has no others."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.telemetry.events import COMMON, EVENTS
from tests.cases import every_case

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")])
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
CATALOGUE = {event.name: event for event in EVENTS}
TEXTS = {"text", "title", "question", "answer", "document", "prompt", "passage", "content"}
"""Fields that would quote somebody."""


class Line(NamedTuple):
    """A call that logs: its event, or the expression in its place, and the fields; None: given as a mapping."""

    place: str
    event: str
    is_named: bool
    fields: tuple[str | None, ...]


def lines(path: Path) -> Iterator[Line]:
    """What a file logs by `log`, which is what a logger is called here."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            if ast.unparse(node.func.value) != "log":
                continue
            first = node.args[0]
            is_named = isinstance(first, ast.Constant)
            event = str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)
            fields = tuple(keyword.arg for keyword in node.keywords)
            yield Line(f"{path.relative_to(ROOT)}:{node.lineno}", event, is_named, fields)


LINES = [line for path in SOURCES for line in lines(path)]


def test_every_event_is_named_in_the_catalogue_with_its_fields() -> None:
    with every_case() as case:
        for line in LINES:
            with case(line.place):
                assert line.is_named, "an event has a name that stays; what changes is a field"
                assert line.event in CATALOGUE
                assert set(line.fields) - {None} <= set(CATALOGUE[line.event].fields)


def test_the_catalogue_names_nothing_that_is_not_logged() -> None:
    assert len(CATALOGUE) == len(EVENTS)
    assert CATALOGUE.keys() - {line.event for line in LINES} == set()


def test_no_field_is_logged_by_nobody() -> None:
    logged: dict[str, set[str | None]] = {}
    for line in LINES:
        logged.setdefault(line.event, set()).update(line.fields)
    unsaid = {
        name: extra for name, event in CATALOGUE.items()
        if (extra := set(event.fields) - logged.get(name, set())) and None not in logged.get(name, set())
    }  # fmt: skip
    assert unsaid == {}


def test_no_field_takes_the_place_of_a_common_one_or_quotes_somebody() -> None:
    assert [event.name for event in EVENTS if set(event.fields) & ({*COMMON} | TEXTS)] == []


def test_a_logger_is_called_log_everywhere() -> None:
    others = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and ast.unparse(node.value) == "structlog.get_logger()"
        and [ast.unparse(target) for target in node.targets] != ["log"]
    ]
    assert others == []
