"""A decision from a folder of documents, on servers of its own, as a user asks for it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.platform.local import PlatformSettings, isolated
from shared.lab.deciding import files
from shared.lab.deciding.trial import SUMMARY
from tests.towns import NAMES, a_town

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
FEW = {"questions": 2, "binding": False}
RECIPE = {
    "name": "short", "version": 1, "training": {"steps": 3, "batch_size": 2},
    "gates": {"learned": FEW, "older": FEW, "general": FEW, "abstention": FEW, "perplexity": FEW},
}  # fmt: skip
CONTEST = """
name = "three"
[[recipes]]
name = "rag"
[[arms]]
name = "base"
[[arms]]
name = "base+rag"
context = "rag"
[[arms]]
name = "tuned"
speaker = "tuned"
"""
DOCUMENTS = 10
Decide = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def decide(models: Path, tmp_path: Path) -> Decide:
    """`tiltyard decide` with a short training, a small contest, and a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    (tmp_path / "short.yaml").write_text(json.dumps(RECIPE), encoding="utf-8")
    environment = {
        "TILTYARD_HOME": str(home), "TILTYARD_PLATFORM_JARS": str(isolated(home, PlatformSettings()).jars),
        "TILTYARD_TUNING_RECIPE": str(tmp_path / "short.yaml"),
    }  # fmt: skip

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.console", "decide", *arguments],
            env=os.environ | environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    return run


def test_a_folder_of_documents_ends_in_a_decision_that_is_not_worked_on_twice(decide: Decide, tmp_path: Path) -> None:
    press, out = tmp_path / "press", tmp_path / "out"
    press.mkdir()
    for at, name in enumerate(NAMES[:DOCUMENTS]):
        town = a_town(at)
        assert town.published_at is not None
        text = f"---\ndate: {town.published_at.isoformat()}\n---\n# {name}\n\n{town.text}\n"
        (press / f"{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "three.toml").write_text(CONTEST, encoding="utf-8")
    asked = (str(press), "--out", str(out), "--contest", str(tmp_path / "three.toml"), "--budget", "9m")

    made = decide(*asked)

    assert made.returncode == 0, made.stderr[-3000:]
    told = json.loads((out / files.NAMES[2]).read_text(encoding="utf-8"))
    assert {way["name"] for way in told["ways"]} == {"base", "base+rag", "tuned"}
    assert 0 < told["taught"]["share"] < 1
    assert json.loads((out / "contest" / SUMMARY).read_text(encoding="utf-8"))["audit"]["balanced"]
    assert told["sentences"][0] in " ".join(made.stdout.split())

    again = decide(*asked, "--updates-per-day", "5000")

    assert again.returncode == 0, again.stderr[-3000:]
    assert "Goes on with what is in" in again.stdout
    assert "The contest took" not in again.stdout, "other rates need no other contest"
