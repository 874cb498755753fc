"""The command line as a user meets it, without servers: help, and errors in one line that say what to do."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console.app import COMMANDS, build
from shared import plugins
from tests.cases import every_case
from tests.command_line import Ended

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["demo", "--wire", "/nonexistent"], {}, 64, "no file /nonexistent/edition1.documents.jsonl"),
        (["demo", "--questions", "many"], {}, 78, "neither a number from 1 on nor `all`"),
        (["publish", "nope.jsonl"], {}, 64, "no file nope.jsonl"),
        (["results"], {}, 69, "no Kafka broker answers at 127.0.0.1:9"),
        (["audit"], {"TILTYARD_KAFKA_PARTITIONS": "zero"}, 78, "partitions: Input should be a valid integer"),
        (["services", "start", "nosuch"], {}, 78, "choose from ingest, embedder"),
        (["up"], {"TILTYARD_PLATFORM_KAFKA_HEAP": "x"}, 78, "kafka_heap"),
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
