"""Whoever starts the pages, or looks what runs, is told where the pages are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console.app import build
from services.console.platform.local import LocalPlatform
from services.console.platform.local_services import LocalServices, LocalServicesSettings
from services.console.platform.supervisor import Status, Supervisor
from shared.pages_settings import PagesSettings

SENTENCE = "The pages, to ask and to vote: http://127.0.0.1:19480\n"


def running(*names: str) -> list[Status]:
    """As a supervisor tells it."""
    return [Status(name, True, 1, datetime.now(UTC), 2**20, Path(f"{name}.log")) for name in names]


@pytest.fixture
def everything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "start_all", lambda _, programs: [program.name for program in programs])
    monkeypatch.setattr(Supervisor, "status", lambda _: running("web", "scorer"))
    monkeypatch.setattr(LocalPlatform, "start", lambda *_: [])


def said(*arguments: str) -> str:
    return CliRunner().invoke(build(), [*arguments]).output


def test_the_address_is_one_that_a_browser_of_this_machine_takes() -> None:
    for given, address in (
        ({}, "http://127.0.0.1:19480"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"host": "LOCALHOST"}, "http://localhost:19480"),
        ({"host": "0.0.0.0"}, "http://localhost:19480"),  # noqa: S104  (nothing listens)
        ({"host": "::"}, "http://localhost:19480"),
        ({"certificate": "web.pem"}, "https://127.0.0.1:19480"),
    ):
        assert PagesSettings.model_validate(given).address == address


def test_services_say_where_pages_are_served_only_while_they_run(tmp_path: Path) -> None:
    services = LocalServices(LocalServicesSettings(), home=tmp_path, pages=PagesSettings(port=4_000))

    assert services.pages == "http://127.0.0.1:4000"
    assert services.pages_served() == "", "nothing runs"


@pytest.mark.usefixtures("everything_runs")
def test_every_command_that_starts_or_shows_the_pages_says_where_they_are() -> None:
    for arguments in (["up"], ["status"], ["services", "start"], ["services", "start", "web"], ["services", "status"]):
        assert SENTENCE in said(*arguments), arguments
    assert SENTENCE not in said("services", "start", "judge")


def test_servers_without_services_say_what_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalPlatform, "start", lambda *_: ["kafka"])
    monkeypatch.setattr(Supervisor, "status", lambda _: running("kafka"))

    assert "Next: `tiltyard setup`, then `tiltyard services start`, which also serves the pages: http" in said("up")
