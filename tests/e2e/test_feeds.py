"""Feeds against the real broker and store: nothing is lost when they are stopped, killed or started again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.console.platform.local import LocalPlatform
from shared import topology
from shared.cassandra import schema
from shared.kafka import topics
from shared.messages import DocumentPublished
from shared.settings import CassandraSettings, KafkaSettings

pytestmark = pytest.mark.e2e
MANY = 300


@pytest.fixture
def environment(platform: LocalPlatform, kafka: KafkaSettings, cassandra: CassandraSettings) -> dict[str, str]:
    schema.apply(cassandra, encoder="contract-8", dimensions=8)
    assert kafka.bootstrap_servers in platform.environment.values()
    return {**os.environ, **platform.environment}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for number in range(MANY):
        (tmp_path / f"{number}.txt").write_text(f"Story {number}: the lock is shut for {number} days.")
    return tmp_path


def feed(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "services.console", "feed", *arguments, "--json"]
    return subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True)


def events(running: subprocess.Popen[str]) -> Iterator[dict[str, object]]:
    assert running.stdout is not None
    return map(json.loads, running.stdout)


def once(environment: dict[str, str], *arguments: str) -> dict[str, object]:
    """The counts of one pass."""
    with feed(environment, *arguments, "--once") as running:
        said = list(events(running))
    assert running.returncode == 0
    return next(event for event in said if event["event"] == "read")


def published(kafka: KafkaSettings, name: str) -> list[DocumentPublished]:
    """What the topic holds of one feed, by the tag that it was given."""
    everything = [
        DocumentPublished.model_validate_json(record.value or b"")
        for record in topics.read_all(kafka, topology.DOCUMENTS.name)
    ]
    return [document for document in everything if name in document.tags]


def test_a_feed_goes_on_where_it_was_left_and_takes_back_what_is_deleted(
    environment: dict[str, str], kafka: KafkaSettings, files: Path
) -> None:
    arguments = ("folder", str(files), "--tag", "left")

    assert once(environment, *arguments)["published"] == MANY
    assert once(environment, *arguments)["published"] == 0
    (files / "7.txt").unlink()
    assert once(environment, *arguments)["retracted"] == 1
    assert len(published(kafka, "left")) == MANY


def test_a_killed_feed_loses_nothing_and_repeats_itself_word_for_word(
    environment: dict[str, str], kafka: KafkaSettings, files: Path
) -> None:
    argv = [sys.executable, "-m", "services.ingest.feeding", "folder", str(files), "--tag", "killed"]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as running:
        next(event for event in events(running) if event["event"] == "published")
        running.kill()

    once(environment, "folder", str(files), "--tag", "killed")

    made = published(kafka, "killed")
    assert len({document.document_id for document in made}) == MANY
    assert len({document.model_dump_json() for document in made}) == MANY


def test_a_feed_that_is_told_to_stop_ends_by_itself(environment: dict[str, str], files: Path) -> None:
    with feed(environment, "folder", str(files), "--every", "600") as running:
        next(event for event in events(running) if event["event"] == "read")
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def test_a_single_pass_over_an_absent_feed_says_what_is_wrong(environment: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "services.console", "feed", "rss", "http://127.0.0.1:1/feed", "--once"]
    ended = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert "127.0.0.1 is 127.0.0.1, which is not public" in ended.stderr
