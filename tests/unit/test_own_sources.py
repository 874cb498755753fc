"""Where a command is given is somebody's data: no module is taken from there, and its `.env` is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.console.platform import local_services
from services.console.platform.local_services import LocalServices, LocalServicesSettings
from services.console.platform.supervisor import Program, Supervisor
from shared import own_sources
from shared.pages_settings import PagesSettings
from shared.settings import HomeSettings
from tests.command_line import ABSENT

ROOT = Path(__file__).parents[2]
HOSTILE = ("stamina.py", "json.py", "torch.py", "yaml.py", "services/__init__.py", "shared/__init__.py")
SCRIPT = "from services.console.app import main; main()"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose modules leave a trace when they are imported."""
    folder = tmp_path / "data"
    for name in HOSTILE:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"open({str(tmp_path / 'traces')!r}, 'a').write({name!r})\nraise SystemExit({name!r})\n")
    return folder


def traces(folder: Path) -> str:
    file = folder.parent / "traces"
    return file.read_text() if file.exists() else ""


def given_there(folder: Path, argv: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        argv, cwd=folder, env=inherited | ABSENT | environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_command_and_its_jobs_import_nothing_from_the_working_directory(hostile: Path) -> None:
    script = hostile.parent / "bin" / "tiltyard"
    script.parent.mkdir()
    script.write_text(SCRIPT)  # as the installed one: its own folder, not the working directory, is searched
    (hostile / "documents.jsonl").write_text('{"document_id": "a", "op": "retract"}\n')
    argv = [sys.executable, str(script), "evaluate", "perplexity", "--documents", "documents.jsonl"]

    ended = given_there(hostile, argv, PYTHONPATH=str(ROOT))

    assert traces(hostile) == ""
    assert ended.stderr.endswith("error: documents.jsonl holds no document with words\n")
    assert ended.returncode == 65


def test_a_module_started_with_our_variables_imports_nothing_from_there_either(hostile: Path) -> None:
    argv = [sys.executable, "-m", "services.console", "--version"]
    for given in ({}, {"PYTHONPATH": f"{os.pathsep}."}):
        ended = given_there(hostile, argv, **own_sources.variables(given))
        assert (ended.returncode, traces(hostile)) == (0, "")

    given_there(hostile, argv)
    assert traces(hostile) != "", "so it would go without them"


def test_a_service_of_this_machine_is_started_with_our_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Program] = []
    monkeypatch.setattr(Supervisor, "start_all", lambda _, programs: started.extend(programs))
    monkeypatch.setenv("PYTHONPATH", f"/absolute{os.pathsep}relative")

    LocalServices(LocalServicesSettings(), home=tmp_path, pages=PagesSettings()).start(local_services.EVERY)

    assert {program.env["PYTHONSAFEPATH"] for program in started} == {"1"}
    assert {program.env["PYTHONPATH"] for program in started} == {f"{ROOT}{os.pathsep}/absolute"}


def test_whoever_starts_a_module_gives_it_our_variables() -> None:
    starting = [file for top in ("services", "shared") for file in (ROOT / top).rglob("*.py")]
    starting = [file for file in starting if "sys.executable" in file.read_text(encoding="utf-8")]

    assert len(starting) == 3
    assert all("own_sources.variables(" in file.read_text(encoding="utf-8") for file in starting)
    assert "PYTHONSAFEPATH=1" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_the_file_of_settings_is_named_beside_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert own_sources.settings_file() == ""
    (tmp_path / ".env").write_text("OTHER=1\n")
    assert own_sources.settings_file() == ""
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfTILTYARD_HOME=elsewhere\nTILTYARD_KAFKA_GROUP_PREFIX=x\n")

    assert own_sources.settings_file() == f"settings are read from {tmp_path / '.env'}: 2 of them"
    assert HomeSettings().home == Path("elsewhere")

    (tmp_path / ".env").write_bytes(b"TILTYARD_HOME=caf\xe9\n")
    with pytest.raises(ValueError, match=r"settings cannot be read from .*\.env"):
        own_sources.settings_file()


def test_json_stays_json_where_a_file_of_settings_is_named(hostile: Path) -> None:
    (hostile / ".env").write_text("TILTYARD_HOME=elsewhere\n")
    argv = [sys.executable, "-c", SCRIPT, "services", "status", "--json"]

    ended = given_there(hostile, argv, **own_sources.variables({}))

    assert (ended.stdout, ended.returncode) == ("[]\n", 0)
    assert ended.stderr == f"settings are read from {hostile / '.env'}: 1 of them\n"
