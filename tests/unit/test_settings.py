"""Settings: every line of `.env.example` works as it stands, and the file says the same wherever it is written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from services.console.platform.local import PlatformSettings
from services.generator.tuning.settings import TuningSettings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
SHOWN = """
import json, sys, generate
json.dump({str(path): text for path, text in generate.generated().items()}, sys.stdout)
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, and a folder of its own for `.env`."""
    for name in [name for name in os.environ if name.startswith("TILTYARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def classes() -> Iterator[type[BaseSettings]]:
    """Every settings class that `.env.example` shows."""
    sys.path.insert(0, str(ROOT / "docs"))
    generate = import_module("generate")
    for name in generate.SETTINGS:
        yield from generate.classes(import_module(name))


def inherited(settings: type[BaseSettings]) -> set[str]:
    """Fields of settings that this class is made of, which have variables of their own."""
    return {name for of in settings.__bases__ if issubclass(of, BaseSettings) for name in of.model_fields}


def owners() -> dict[str, type[BaseSettings]]:
    """Each variable with the class that reads it; the prefix, which several inherit, with the one that declares it."""
    return {
        f"{settings.model_config.get('env_prefix', '')}{field}".upper(): settings
        for settings in classes()
        for field in settings.model_fields
        if field not in inherited(settings)
    }


def test_every_line_of_the_example_works_and_says_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.removeprefix("#") for line in EXAMPLE if line.startswith("#TILTYARD_")]
    read_by, seen = owners(), set()
    for line in lines:
        name = line.partition("=")[0]
        settings = read_by[name]
        Path(".env").unlink(missing_ok=True)
        default = settings()

        Path(".env").write_text(f"{line}\n", encoding="utf-8")
        assert settings() == default, line

        value = dotenv_values(".env")[name]
        Path(".env").unlink()
        monkeypatch.setenv(name, value or "")
        assert settings() == default, line
        monkeypatch.delenv(name)
        seen.add(name)
    assert seen == read_by.keys()


def test_every_line_of_the_example_reaches_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line whose variable nobody reads would pass for a default: what no field takes must be refused."""
    unread = []
    for name, settings in owners().items():
        field = name.removeprefix(str(settings.model_config.get("env_prefix", ""))).lower()
        monkeypatch.setenv(name, "0.625")
        try:
            changed = getattr(settings(), field) != getattr(settings.model_construct(), field)
        except ValueError:
            changed = True
        monkeypatch.delenv(name)
        if not changed:
            unread.append(name)
    assert unread == []


def test_empty_numbers_and_folders_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TILTYARD_TUNING_SEED",
        "TILTYARD_TUNING_STEPS",
        "TILTYARD_TUNING_MAX_SECONDS",
        "TILTYARD_PLATFORM_JARS",
    ):
        monkeypatch.setenv(name, "")
    assert (TuningSettings().seed, TuningSettings().max_seconds, PlatformSettings().jars) == (None, None, None)


def test_the_servers_live_in_the_home_folder_unless_they_have_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_HOME", "here")
    assert PlatformSettings().home == Path("here")
    monkeypatch.setenv("TILTYARD_PLATFORM_HOME", "there")
    assert PlatformSettings().home == Path("there")


def test_what_is_derived_says_the_same_whatever_the_writers_environment_says(tmp_path: Path) -> None:
    def written(environment: dict[str, str]) -> str:
        path = os.pathsep.join([str(ROOT), str(ROOT / "docs")])
        argv = [sys.executable, "-c", SHOWN]
        return subprocess.run(
            argv, env=os.environ | {"PYTHONPATH": path} | environment, capture_output=True, text=True, check=True
        ).stdout

    usual = written({})
    assert ".env.example" in usual
    (tmp_path / ".env").write_text("".join(f"{name}=elsewhere\n" for name in owners()))
    assert written({}) == usual
    (tmp_path / ".env").unlink()
    assert written(dict.fromkeys(owners(), "elsewhere")) == usual
