"""`tiltyard feed` as a user meets it, without servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ABSENT = {
    "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "TILTYARD_KAFKA_STARTUP_WAIT_S": "0.5",
    "TILTYARD_CASSANDRA_PORT": "9", "TILTYARD_CASSANDRA_STARTUP_WAIT_S": "0.5",
}  # fmt: skip


def tiltyard(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.console", "feed", *arguments],
        cwd=ROOT, env=os.environ | ABSENT | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["folder", "/nonexistent"], {}, 64, "no folder /nonexistent"),
        (["jsonl", "/nonexistent"], {}, 64, "no file /nonexistent"),
        (["rss", "news.example/feed"], {}, 78, "an RSS or Atom feed has an http or https address"),
        (["sql", "--query", "SELECT 1"], {}, 78, "a SQL feed needs an address"),
        (["sql", "--query", "SELECT 1", "--url", "sqlite:////nonexistent"], {}, 78, "no database file '/nonexistent'"),
        (["sql", "--query", "SELECT 1", "--url", "nosuch://x/y"], {}, 78, "no database can be asked"),
        (["folder", "docs"], {"TILTYARD_FEED_TIMEOUT_S": "soon"}, 78, "timeout_s: Input should be a valid number"),
        (["folder", "docs", "--once"], {}, 78, "no Kafka broker answers at 127.0.0.1:9"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    ended = tiltyard(*arguments, **environment)

    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("error: ")
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", ["rss", "folder", "sql", "jsonl"])
def test_every_kind_of_feed_explains_itself_with_an_example(kind: str) -> None:
    shown = tiltyard(kind, "--help").stdout

    assert f"Example: tiltyard feed {kind}" in shown
    for option in ("--once", "--every", "--source", "--tag", "--label", "--json", "--name"):
        assert option in shown
