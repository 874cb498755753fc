"""The cut of the house: who may import whom, and that everything is said once."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest

from shared import plugins, topology

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")])
SERVICES = ("ingest", "embedder", "retriever", "generator", "scorer", "judge", "tuner", "console")
LONGEST_FILE, LONGEST_FUNCTION = 200, 40
NO_TERMINAL_NO_SERVER = ("typer", "rich", "confluent_kafka", "cassandra", "shared.kafka", "shared.cassandra")
COMMAND_LINE = tuple(f"services.console.{name}" for name in ("app", "commands", "output", "views"))
HEAVY = ("torch", "transformers", "peft", "bitsandbytes", "sentence_transformers")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


OURS = {module_of(path): path for path in SOURCES}


def imports(path: Path, *, only_top: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if only_top else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def importers(package: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for name in imports(path)
        if name == package or name.startswith(f"{package}.")
    }


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service: str) -> None:
    own = f"services.{service}"
    foreign = [
        f"{module_of(path)} imports {name}"
        for path in (ROOT / "services" / service).rglob("*.py")
        for name in imports(path)
        if name.startswith("services.") and not name.startswith(own)
    ]
    assert foreign == []


def test_shared_imports_no_service() -> None:
    assert [p for p in (ROOT / "shared").rglob("*.py") if any(n.startswith("services") for n in imports(p))] == []


def modules_of(path: Path) -> Iterator[str]:
    """Every module of ours or of a library that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
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


@pytest.mark.parametrize(
    ("package", "file"),
    [
        ("confluent_kafka", "shared/kafka/client.py"),
        ("cassandra", "shared/cassandra/client.py"),
        ("faust", "services/scorer/app.py"),
    ],
)
def test_one_file_imports_each_client_library(package: str, file: str) -> None:
    assert importers(package) == {file}


@pytest.mark.parametrize("package", HEAVY)
def test_model_libraries_are_imported_only_inside_functions_or_variant_files(package: str) -> None:
    variants = (
        "services/generator/backends/", "services/generator/tuning/", "services/judge/backends/",
        "services/retriever/rankers/", "shared/encoders/",
    )  # fmt: skip
    early = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(name.split(".")[0] == package for name in imports(path, only_top=True))
        and not str(path.relative_to(ROOT)).startswith(variants)
    ]
    assert early == []


def test_a_topics_name_stands_in_one_source_file() -> None:
    pattern = re.compile("|".join(re.escape(topic.name) for topic in topology.TOPICS))

    def strings(path: Path) -> Iterator[str]:
        tree = ast.parse(path.read_text())
        documentation = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
                yield node.value

    naming = {module_of(path) for path in SOURCES if any(pattern.search(text) for text in strings(path))}
    assert naming == {"shared.topology"}


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_files_and_functions_stay_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert len(text.splitlines()) <= LONGEST_FILE
    assert long == []
    assert not tree.body or ast.get_docstring(tree), "a module opens by saying what belongs there"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_five_things(service: str) -> None:
    folder = ROOT / "services" / service
    wanted = {"__main__.py", "README.md"} | ({"handler.py", "settings.py"} if service != "console" else set())
    assert wanted <= {path.name for path in folder.iterdir()}
    assert len((folder / "README.md").read_text().split()) <= 220


def test_wiring_is_short() -> None:
    long = [str(path.relative_to(ROOT)) for path in (ROOT / "services").glob("*/__main__.py") if code_lines(path) > 40]
    assert long == []


def code_lines(path: Path) -> int:
    """Lines without imports, blank ones and docstrings of the module."""
    tree = ast.parse(path.read_text())
    body = [n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom | ast.Expr)]
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in body)


def test_every_console_script_names_a_function_that_exists() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    scripts = re.findall(r'^\w+ = "([\w.]+):(\w+)"$', text, flags=re.MULTILINE)
    assert scripts
    for module, function in scripts:
        assert callable(getattr(import_module(module), function))


FOLDERS = (
    ("shared.encoders", "build"),
    ("shared.measures", "build"),
    ("services.ingest.chunkers", "build"),
    ("services.ingest.cleaners", "clean"),
    ("services.ingest.feeds", "build"),
    ("services.ingest.languages", "build"),
    ("services.retriever.searches", "build"),
    ("services.retriever.rankers", "build"),
    ("services.retriever.indexes", "build"),
    ("services.retriever.queries", "build"),
    ("shared.collections.formats", "read"),
    ("services.scorer.evaluation.formats", "read"),
    ("services.generator.backends", "build"),
    ("services.generator.tuning.data.builders", "build"),
    ("services.generator.tuning.data.teachers", "build"),
    ("services.judge.backends", "build"),
    ("services.console.commands", "register"),
    ("shared.lab.suites.disturbances", "disturb"),
)


@pytest.mark.parametrize(("folder", "function"), FOLDERS)
def test_every_variant_has_its_folders_one_function(folder: str, function: str) -> None:
    names = plugins.names(folder)
    assert names
    assert all(callable(plugins.load(folder, name, function)) for name in names)


def test_an_unknown_variant_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="hashing, onnx, openai, sentence_transformers"):
        plugins.load("shared.encoders", "word2vec")


def test_what_is_derived_from_the_code_is_up_to_date() -> None:
    generate = import_module("generate")
    stale = [str(path.relative_to(ROOT)) for path, text in generate.generated().items()
             if not path.is_file() or path.read_text(encoding="utf-8") != text]  # fmt: skip
    assert stale == [], "run `make docs`"


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


def test_the_name_of_the_deciding_measure_stands_in_one_source_file() -> None:
    naming = {
        module_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value == "correct"
    }
    assert naming == {"shared.scoring.catalogue"}
