"""`tiltyard feed` as a user meets it, without servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console import jobs
from services.console.app import build
from shared import plugins
from shared.jobs.feeding import FeedRead, ItemBad
from tests.command_line import Ended

KINDS = [kind for kind in plugins.names("services.ingest.feeds") if kind != "realtime_qa"]  # which is only replayed
FOLDER = str(Path(__file__).parents[2] / "docs")


@pytest.mark.usefixtures("jobs_here")
@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["folder", "/nonexistent"], {}, 64, "no folder /nonexistent"),
        (["jsonl", "/nonexistent"], {}, 64, "no file /nonexistent"),
        (["rss", "news.example/feed"], {}, 78, "an RSS or Atom feed has an http or https address"),
        (["sql", "--query", "SELECT 1"], {}, 78, "a SQL feed needs an address"),
        (["sql", "--query", "SELECT 1", "--url", "sqlite:////nonexistent"], {}, 78, "no database file '/nonexistent'"),
        (["sql", "--query", "SELECT 1", "--url", "nosuch://x/y"], {}, 78, "no database can be asked"),
        (["folder", FOLDER], {"TILTYARD_FEED_TIMEOUT_S": "soon"}, 78, "timeout_s: Input should be a valid number"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    tiltyard: Callable[..., Ended], arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    ended = tiltyard("feed", *arguments, **environment)

    assert ended.returncode == code, ended.stderr
    assert ended.stderr.startswith("error: ")
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_programs_read_one_json_object_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> Iterator[ItemBad | FeedRead]:
        yield ItemBad(where="caf\xe9.txt", reason="no text")
        yield FeedRead(published=2, retracted=0, unchanged=0, bad=1)

    monkeypatch.setattr(jobs, "run", run)
    ended = CliRunner().invoke(build(), ["feed", "folder", FOLDER, "--once", "--json"])

    assert ended.exit_code == 65
    assert ended.stdout.splitlines() == [
        '{"event": "bad", "where": "caf\\u00e9.txt", "reason": "no text"}',
        '{"event": "read", "published": 2, "retracted": 0, "unchanged": 0, "bad": 1}',
    ]


def test_a_feed_without_a_broker_is_one_line_too(tiltyard: Callable[..., Ended]) -> None:
    ended = tiltyard("feed", "folder", FOLDER, "--once")

    assert ended.returncode == 69, ended.stderr
    assert ended.stderr.startswith("error: no Kafka broker answers at 127.0.0.1:9")
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_feed_explains_itself_with_an_example(tiltyard: Callable[..., Ended], kind: str) -> None:
    shown = tiltyard("feed", kind, "--help").stdout

    assert f"Example: tiltyard feed {kind}" in shown
    for option in ("--once", "--every", "--source", "--tag", "--label", "--json", "--name"):
        assert option in shown
