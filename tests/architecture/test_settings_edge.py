"""Settings are read at the edge: whoever makes a settings class reads the environment, so only entry points do.

They are a `__main__.py`, a function named `build`, a file of the command line's own commands, and, in a module that
is run by itself, a function named `main` or `_run`. Everyone else is given settings, or the value that is needed.
"""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")])
COMMANDS = ROOT / "services" / "console" / "commands"
BASE = "BaseSettings"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def settings_classes() -> frozenset[str]:
    """Every class whose name ends in Settings and that has pydantic-settings' base among its ancestors."""
    bases = {
        node.name: {ast.unparse(base).split(".")[-1] for base in node.bases}
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
    }
    known = {BASE}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known - {BASE})


def read_in(node: ast.AST, functions: Sequence[str] = ()) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Each making of settings: the class, its line, and the names of the functions around it from the outermost on."""
    made: ast.expr | None = None
    if isinstance(node, ast.Call):
        made = node.func
    elif isinstance(node, ast.keyword) and node.arg == "default_factory":
        made = node.value
    if made is not None and ast.unparse(made).split(".")[-1] in settings_classes():
        yield ast.unparse(made), made.lineno, functions
    inner = (*functions, node.name) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else functions
    for child in ast.iter_child_nodes(node):
        yield from read_in(child, inner)


def runs_by_itself(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'" for node in tree.body)


def misplaced(path: Path) -> Iterator[str]:
    """Where a file reads settings and is not an edge."""
    tree = tree_of(path)
    if path.name == "__main__.py" or path.is_relative_to(COMMANDS):
        return
    edges = {"build", "main", "_run"} if runs_by_itself(tree) else {"build"}
    for name, line, functions in read_in(tree):
        if not edges & set(functions):
            yield f"{path.relative_to(ROOT)}:{line} reads {name}"


def test_settings_are_read_at_the_edge_alone() -> None:
    assert [place for path in SOURCES for place in misplaced(path)] == []


def test_the_settings_of_every_service_are_known() -> None:
    assert {"KafkaSettings", "GeneratorSettings", "PlatformSettings", "ScorerSettings"} <= settings_classes()


def test_settings_that_are_read_elsewhere_are_named_with_file_and_line() -> None:
    text = """
class Reader:
    def __init__(self):
        self.kafka = settings.KafkaSettings(partitions=2)

def build():
    return HomeSettings()

def main():
    return HomeSettings()
"""
    places = list(read_in(ast.parse(text)))
    assert places == [
        ("settings.KafkaSettings", 4, ("__init__",)),
        ("HomeSettings", 7, ("build",)),
        ("HomeSettings", 10, ("main",)),
    ]


def test_main_is_an_edge_only_where_the_module_is_run_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.architecture.test_settings_edge.ROOT", tmp_path)
    text = "def main():\n    KafkaSettings()\n\n\ndef work():\n    HomeSettings()\n"
    part, job = tmp_path / "part.py", tmp_path / "job.py"
    part.write_text(text)
    job.write_text(f'{text}\n\nif __name__ == "__main__":\n    main()\n')

    assert list(misplaced(part)) == ["part.py:2 reads KafkaSettings", "part.py:6 reads HomeSettings"]
    assert list(misplaced(job)) == ["job.py:6 reads HomeSettings"]
