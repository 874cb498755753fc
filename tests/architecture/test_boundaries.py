"""The cut of the house: who may import whom, and that everything is said once."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from shared import plugins, topology
from shared.scoring.catalogue import HEADLINE
from tests.cases import every_case

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")])
SERVICES = sorted(init.parent.name for init in (ROOT / "services").glob("*/__init__.py"))
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_README = 200, 40, 220
NO_TERMINAL_NO_SERVER = ("typer", "rich", "confluent_kafka", "cassandra", "shared.kafka", "shared.cassandra")
COMMAND_LINE = tuple(f"services.console.{name}" for name in ("app", "commands", "output", "views"))
HEAVY = ("torch", "transformers", "peft", "bitsandbytes", "sentence_transformers")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


OURS = {module_of(path): path for path in SOURCES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree_of(path)))


@cache
def imports(path: Path, *, only_top: bool = False) -> list[str]:
    def names() -> Iterator[str]:
        for node in tree_of(path).body if only_top else nodes_of(path):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module

    return list(names())


def importers(package: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for name in imports(path)
        if name == package or name.startswith(f"{package}.")
    }


def test_no_service_imports_another() -> None:
    foreign = [
        f"{module_of(path)} imports {name}"
        for service in SERVICES
        for path in (ROOT / "services" / service).rglob("*.py")
        for name in imports(path)
        if name.startswith("services.") and not f"{name}.".startswith(f"services.{service}.")
    ]
    assert foreign == []


def test_shared_imports_no_service() -> None:
    assert [p for p in (ROOT / "shared").rglob("*.py") if any(n.startswith("services") for n in imports(p))] == []


def modules_of(path: Path) -> Iterator[str]:
    """Every module of ours or of a library that a file imports, also inside functions."""
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in OURS else node.module


def reached_from(folder: Path) -> set[str]:
    """Every module that the files of a folder import, directly or by way of other modules of ours."""
    reached: set[str] = set()
    ahead = {name for path in folder.rglob("*.py") for name in modules_of(path)}
    while ahead:
        name = ahead.pop()
        reached.add(name)
        if name in OURS:
            ahead |= set(modules_of(OURS[name])) - reached
    return reached


def within(names: set[str], packages: Sequence[str]) -> list[str]:
    return sorted(name for name in names if any(f"{name}.".startswith(f"{package}.") for package in packages))


def test_the_lab_reaches_no_terminal_and_no_server() -> None:
    reached = reached_from(ROOT / "shared" / "lab")
    assert "shared.lab.report.numbers" in reached
    assert within(reached, NO_TERMINAL_NO_SERVER) == []


def test_the_search_for_what_is_reached_finds_the_way_over_other_modules() -> None:
    reached = reached_from(ROOT / "services" / "console" / "live")
    assert within(reached, NO_TERMINAL_NO_SERVER) != []


def test_bench_imports_no_part_of_the_command_line() -> None:
    imported = {name for path in (ROOT / "bench").rglob("*.py") for name in modules_of(path)}
    assert "services.console.demo.newswire" in imported
    assert within(imported, COMMAND_LINE) == []


def test_the_verifier_of_faults_shares_no_code_with_what_it_verifies() -> None:
    folder = ROOT / "bench" / "cluster" / "verifying"
    imported = {name for path in folder.rglob("*.py") for name in modules_of(path)}
    foreign = {name for name in imported if not f"{name}.".startswith("bench.cluster.verifying.")}
    assert {name.split(".")[0] for name in foreign} <= {*sys.stdlib_module_names, "confluent_kafka", "cassandra"}
    assert {"confluent_kafka", "cassandra.cluster"} <= foreign


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ("confluent_kafka", "shared/kafka/confluent.py"),
        ("cassandra", "shared/cassandra/client.py"),
        ("faust", "services/scorer/app.py"),
    ],
)
def test_one_file_imports_each_client_library(package: str, file: str) -> None:
    assert importers(package) == {file}


def test_metrics_are_declared_in_one_file_and_made_in_another() -> None:
    assert importers("prometheus_client") == {"shared/telemetry/kinds.py", "shared/probes.py"}


def test_model_libraries_are_imported_only_inside_functions_or_variant_files() -> None:
    allowed = ("services/generator/tuning/", *(f"{folder.replace('.', '/')}/" for folder in variant_folders()))
    early = [
        f"{module_of(path)} imports {name}"
        for path in SOURCES
        for name in imports(path, only_top=True)
        if name.split(".")[0] in HEAVY and not str(path.relative_to(ROOT)).startswith(allowed)
    ]
    assert early == []


def test_a_topics_name_stands_in_one_source_file() -> None:
    pattern = re.compile("|".join(re.escape(topic.name) for topic in topology.TOPICS))

    def strings(path: Path) -> Iterator[str]:
        documentation = {
            node.body[0].value
            for node in nodes_of(path)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in nodes_of(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
                yield node.value

    naming = {module_of(path) for path in SOURCES if any(pattern.search(text) for text in strings(path))}
    assert naming == {"shared.topology"}


def test_files_and_functions_stay_short_and_say_what_they_are() -> None:
    with every_case() as case:
        for path in SOURCES:
            long = [
                node.name
                for node in nodes_of(path)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
            ]
            with case(path.relative_to(ROOT), "a file is short"):
                assert len(path.read_text().splitlines()) <= LONGEST_FILE
            with case(path.relative_to(ROOT), "a function is short"):
                assert long == []
            with case(path.relative_to(ROOT), "a module opens by saying what belongs there"):
                assert not tree_of(path).body or ast.get_docstring(tree_of(path))


def test_every_service_has_the_same_five_things() -> None:
    with every_case() as case:
        for service in SERVICES:
            folder = ROOT / "services" / service
            wanted = {"__main__.py", "README.md"}
            wanted |= {"console": set(), "web": {"settings.py"}}.get(service, {"handler.py", "settings.py"})
            with case(service):
                assert wanted - {path.name for path in folder.iterdir()} == set()
                assert len((folder / "README.md").read_text().split()) <= LONGEST_README


def test_wiring_is_short() -> None:
    long = [str(path.relative_to(ROOT)) for path in (ROOT / "services").glob("*/__main__.py") if code_lines(path) > 40]
    assert long == []


def code_lines(path: Path) -> int:
    """Lines without imports, blank ones and docstrings of the module."""
    body = [n for n in tree_of(path).body if not isinstance(n, ast.Import | ast.ImportFrom | ast.Expr)]
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in body)


def test_every_console_script_names_a_function_that_exists() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    scripts = re.findall(r'^\w+ = "([\w.]+):(\w+)"$', text, flags=re.MULTILINE)
    assert scripts
    for module, function in scripts:
        assert callable(getattr(import_module(module), function))


@cache
def loaded_names() -> set[str]:
    """What the sources load from a variant by name: `plugins.load`'s default, and what stands as its third argument."""
    calls = [node for path in SOURCES for node in nodes_of(path) if isinstance(node, ast.Call)]
    named = {
        call.args[2].value
        for call in calls
        if ast.unparse(call.func) == "plugins.load" and len(call.args) > 2 and isinstance(call.args[2], ast.Constant)
    }
    return {str(name) for name in named} | {signature(plugins.load).parameters["function"].default}


@cache
def variant_folders() -> dict[str, list[str]]:
    """Every package at least half of whose two or more files define a name that is loaded, with those names."""
    folders: dict[str, list[str]] = {}
    for init in ROOT.glob("s*/**/__init__.py"):
        files = [path for path in init.parent.glob("*.py") if not path.name.startswith("_")]
        defined = Counter(
            node.name
            for path in files
            for node in tree_of(path).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        )
        shared = sorted(name for name in loaded_names() if len(files) > 1 and defined[name] * 2 >= len(files))
        if shared:
            folders[module_of(init)] = shared
    return folders


def test_every_variant_has_what_its_folder_is_loaded_for() -> None:
    with every_case() as case:
        for folder, functions in variant_folders().items():
            for name in plugins.names(folder):
                with case(folder, name):
                    assert [f for f in functions if not callable(plugins.load(folder, name, f))] == []


def test_every_folder_of_variants_stands_in_the_table_of_them() -> None:
    """Each row names the folder and the functions that its files have."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = dict(re.findall(r"^\| `((?:services|shared)/[\w/]+)` \| ([^|]+) \|", text, re.MULTILINE))
    told = {folder.replace("/", "."): set(re.findall(r"`(\w+)", names)) for folder, names in rows.items()}
    with every_case() as case:
        for folder, functions in variant_folders().items():
            with case(folder):
                assert set(functions) <= told.get(folder, set())


def test_an_unknown_variant_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="hashing, onnx, openai, sentence_transformers"):
        plugins.load("shared.encoders", "word2vec")


def test_what_is_derived_from_the_code_is_up_to_date() -> None:
    generate = import_module("generate")
    stale = [str(path.relative_to(ROOT)) for path, text in generate.generated().items()
             if not path.is_file() or path.read_text(encoding="utf-8") != text]  # fmt: skip
    assert stale == [], "run `make docs`"


def test_tests_with_servers_are_where_the_makefile_looks_for_them() -> None:
    mark = "mark" + ".e2e"
    marked = {path.parent.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py") if mark in path.read_text()}
    looked_in = re.search(
        r"^WITH_SERVERS := .* -m \"e2e and not cluster\" (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert looked_in is not None
    assert {str(folder) for folder in marked} == set(looked_in[1].split())


def test_packages_are_named_without_addresses_and_no_machine_is_named() -> None:
    """Which registry packages come from is for whoever installs them; a Maven namespace is a name, no address."""
    sources = ["requirements.lock", "pyproject.toml", "Makefile", ".ci/run", "deploy/Dockerfile"]
    poms = [str(pom.relative_to(ROOT)) for pom in (ROOT / "deploy" / "local").glob("*-pom.xml")]
    assert poms
    namespace = 'xmlns="http://maven.apache.org/POM/4.0.0"'
    texts = {name: (ROOT / name).read_text().replace(namespace, "") for name in [*sources, *poms]}
    assert [name for name, text in texts.items() if "://" in text] == []

    machine = re.compile(r"/root/|/home/\w")
    files = [*ROOT.glob("*.*"), *(ROOT / "deploy").rglob("*.*"), *(ROOT / "docs").rglob("*.md"), *SOURCES]
    assert [str(path.relative_to(ROOT)) for path in files if path.is_file() and machine.search(path.read_text())] == []


def test_no_score_is_looked_up_by_the_name_of_the_deciding_measure() -> None:
    naming = {
        module_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == HEADLINE
    }
    assert naming == set(), "a score is looked up by the constant"
