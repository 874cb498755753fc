"""Every service is put together in one place, and what the pipeline tests run is put together there too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(handler.parent.name for handler in (ROOT / "services").glob("*/handler.py"))
"""The services with a handler; the console has none."""
PIPELINES = sorted((ROOT / "tests" / "pipeline").glob("*.py"))
MADE_BY_ASSEMBLING = {"Runner", "JoinProcessor", "Tuner"}


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The names that a file calls, as they are written there, each with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def imported_from(path: Path, module: str) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def put_together_in(path: Path) -> list[str]:
    """Where a file makes by itself what `assemble` is there to make."""
    return [
        f"{path.relative_to(ROOT)}:{line} makes a {name}"
        for name, line in calls(path)
        if name.split("[")[0].split(".")[-1] in MADE_BY_ASSEMBLING
    ]


def test_there_are_services_and_pipelines_to_look_at() -> None:
    assert {"ingest", "scorer"} <= set(SERVICES)
    assert "conftest.py" in {path.name for path in PIPELINES}


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_main_wires_through_its_assembly(service: str) -> None:
    main = ROOT / "services" / service / "__main__.py"
    assert "assemble" in imported_from(main, f"services.{service}.assembly")
    assert [name for name, _ in calls(main)].count("assemble") == 1
    assert put_together_in(main) == []


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_no_pipeline_test_puts_a_service_together_by_itself(path: Path) -> None:
    assert put_together_in(path) == []


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"tuner"}))
def test_every_service_that_messages_flow_through_is_assembled_by_the_pipeline_tests(service: str) -> None:
    assembled = {
        name
        for path in PIPELINES
        for name in (*imported_from(path, "services." + service), *imported_from(path, f"services.{service}.assembly"))
    }
    assert assembled & {"assemble", service}


def test_a_service_put_together_by_hand_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.architecture.test_wiring.ROOT", tmp_path)
    (tmp_path / "by_hand.py").write_text("made = runner.Runner(1)\nother = Runner[int](2)\n")
    assert put_together_in(tmp_path / "by_hand.py") == [
        "by_hand.py:1 makes a runner.Runner",
        "by_hand.py:2 makes a Runner[int]",
    ]
