"""`tiltyard wire` from the command line: what it writes, and how it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.cases import every_case
from tests.command_line import Ended

FEW = ("--documents", "12", "--new", "6", "--corrections", "2", "--retractions", "1", "--reprints", "1")


def test_a_wire_is_written_and_counted(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    ended = tiltyard("wire", "make", "--seed", "7", *FEW, "--questions", "30", "--out", str(tmp_path))

    assert ended.returncode == 0, ended.stderr
    assert "22 documents, 96 training pairs" in ended.stdout
    assert json.loads((tmp_path / "card.json").read_text())["knobs"]["seed"] == 7


def test_a_drift_suite_is_written_and_has_no_errors(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    ended = tiltyard(
        "wire", "drift", "--seed", "7", *FEW, "--updates", "3", "--editions", "4", "--questions", "100",
        "--out", str(tmp_path),
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert "in 4 editions, 100 questions" in ended.stdout
    assert tiltyard("suite", "check", str(tmp_path)).returncode == 0


def test_the_named_wires_are_listed(tiltyard: Callable[..., Ended]) -> None:
    shown = tiltyard("wire", "list").stdout
    assert "dev-1" in shown
    assert "test-8" in shown


def test_wrong_options_are_refused_with_a_sentence(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    out = ("--out", str(tmp_path))
    wrong = {
        (): "say --seed, a whole number, or --name",
        ("--name", "dev-99"): "choose one of dev-1",
        ("--name", "dev-1", "--facts", "5"): "--name dev-1 fixes every knob: leave out --facts",
        ("--seed", "1", "--length", "tall"): "length",
        ("--seed", "1", "--corrections", "40"): "ask for fewer, or for more documents",
    }
    with every_case() as case:
        for options, sentence in wrong.items():
            ended = tiltyard("wire", "make", *options, *out)
            with case(options):
                assert ended.returncode != 0
                assert sentence in ended.stderr
                assert "Traceback" not in ended.stderr
