"""The command line as a user meets it, without servers: help, and errors in one line that say what to do."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.console.app import COMMANDS, build
from services.console.commands import vote
from shared import plugins
from tests.cases import every_case
from tests.command_line import Ended

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["demo", "--wire", "/nonexistent"], {}, 64, "no file /nonexistent/edition1.documents.jsonl"),
        (
            ["demo", "--contest", "eight_arms"],
            {},
            78,
            "shipped contests are all, deciding, searches, seven_arms, two_by_two",
        ),
        (["demo", "--questions", "many"], {}, 78, "neither a number from 1 on nor `all`"),
        (["publish", "nope.jsonl"], {}, 64, "no file nope.jsonl"),
        (["results"], {}, 69, "no Kafka broker answers at 127.0.0.1:9"),
        (["audit"], {"TILTYARD_KAFKA_PARTITIONS": "zero"}, 78, "partitions: Input should be a valid integer"),
        (["services", "start", "nosuch"], {}, 78, "choose from ingest, embedder"),
        (["up"], {"TILTYARD_PLATFORM_KAFKA_HEAP": "x"}, 78, "kafka_heap"),
        (["ask", "   "], {}, 65, "a question needs words"),
        (["ask", "Who won?", "--timeout", "1e9"], {}, 65, "deadline_s: Input should be less than or equal to 86400"),
        (["ask", "Who won?", "--as-of", "2025"], {}, 78, "'2025' is neither a time such as"),
        (["publish", "n" * 300], {}, 78, ": File name too long"),
        (["suite", "check", "n" * 300], {}, 78, ": File name too long"),
        (["report", "--from", os.devnull, "--out", "x"], {}, 64, f"no file {os.devnull}"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    tiltyard: Callable[..., Ended], arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    ended = tiltyard(*arguments, **environment)

    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("error: ")
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_one_line(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    results, taken = tmp_path / "results.jsonl", tmp_path / "taken"
    results.touch()
    taken.touch()
    ended = tiltyard("report", "--from", str(results), "--out", str(taken))

    assert (ended.returncode, ended.stderr) == (78, f"error: {taken}: File exists\n")


def test_a_report_since_before_all_time_is_a_report(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.touch()

    assert (
        tiltyard("report", "--from", str(results), "--out", str(tmp_path / "out"), "--since", f"{9**99}d").returncode
        == 0
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "stories.jsonl", "--wait", "--timeout", "nan"], ["evaluate", "suite", "folder", "--wait", "nan"],
        ["evaluate", "suite", "folder", "--deadline", "1e9"], ["replay", "folder", "--wait", "nan"],
    ],
)  # fmt: skip
def test_no_time_that_would_never_pass_is_waited_for(tiltyard: Callable[..., Ended], arguments: list[str]) -> None:
    ended = tiltyard(*arguments)

    assert (ended.returncode, f"Invalid value for '{arguments[-2]}'" in ended.stderr) == (2, True)


def test_an_input_that_ends_before_a_vote_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("neither\n"))

    with pytest.raises(typer.Exit) as left:
        vote.asked()
    assert (left.value.exit_code, "error: no vote: " in capsys.readouterr().err) == (130, True)


def test_a_process_of_its_own_ends_with_the_same_line_and_code() -> None:
    argv = [sys.executable, "-m", "services.console", "publish", "nope.jsonl"]
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout) == (64, "")
    assert ended.stderr.startswith("error: no file nope.jsonl")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_every_command_explains_itself() -> None:
    app, runner = build(), CliRunner()
    shown = runner.invoke(app, ["--help"]).output
    with every_case() as case:
        for command in (command.replace("_", "-") for command in plugins.names(COMMANDS) if command != "platform"):
            with case(command):
                assert command in shown
                assert "Usage:" in runner.invoke(app, [command, "--help"]).output


@cache
def every_help() -> dict[str, str]:
    """The help of every command by its words, `tiltyard` itself under "", as a narrow terminal shows it."""

    def under(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        shown = CliRunner().invoke(build(), [*words, "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
        yield " ".join(words), shown.output
        for name, part in getattr(command, "commands", {}).items():
            yield from under(part, (*words, name))

    return dict(under(typer.main.get_command(build()), ()))


def test_help_shows_each_example_whole_and_on_a_line_of_its_own() -> None:
    shown = every_help()
    examples = {words: [line for line in text.splitlines() if "Example: " in line] for words, text in shown.items()}

    assert len([words for words, lines in examples.items() if lines]) > 25
    for words, lines in examples.items():
        assert all(line.startswith("  Example: ") and line.count("Example: ") == 1 for line in lines), words
        assert all(f"tiltyard {words}" in line for line in lines if "|" not in line and "=" not in line), words
    assert len(examples["ask"]) == 4
    assert examples["feed rss"][0].endswith('--source "Harbour Desk" --every 120')


def test_the_list_of_commands_says_whole_sentences() -> None:
    assert "..." not in every_help()[""].partition("Commands:")[2]


def test_the_version_is_said_and_completion_is_offered(tiltyard: Callable[..., Ended]) -> None:
    assert tiltyard("--version").stdout == f"tiltyard {installed('tiltyard')}\n"
    assert "--install-completion" in every_help()[""]
