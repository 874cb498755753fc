"""Replaying a recorded stream: event-time order, questions with their documents, and pacing."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import realtime_qa
from services.ingest.marking import Marked, Marking
from services.ingest.ports import FeedItem, FeedSource
from services.ingest.replay import replay
from shared import topology
from shared.jobs.replay import ReplayDone, ReplayEvent
from shared.memory.feeds import MemoryFeeds
from shared.messages import DocumentPublished, Message, Question
from tests.builders import NOON, a_document, a_question


def a_row(number: int) -> dict[str, Any]:
    return {
        "doc_id": f"d{number}", "title": "", "text": f"Story {number}.", "source": "x", "url": "",
        "publish_date": f"2022-06-{number:02}", "first_seen": f"2022-06-{number + 1:02}T00:00:00Z",
    }  # fmt: skip


def a_quiz(number: int, document: int) -> dict[str, Any]:
    return {
        "question_id": f"q{number}", "asked_at": f"2022-06-{document + 1:02}T12:00:00Z", "question": "Which?",
        "choices": ["a", "b"], "answers": ["a"], "gold_doc_ids": [f"d{document}"], "answer_bearing_doc_ids": [],
    }  # fmt: skip


def read(folder: Path, *, documents: int | None = None, name: str = "", position: str = "") -> list[FeedItem]:
    feed = realtime_qa.build(FeedSource(str(folder), name, documents=documents), FeedSettings())
    bookmark = Marked(MemoryFeeds(), feed.name, Marking())
    bookmark.advance(position)
    return [item for item in feed.read(bookmark) if isinstance(item, FeedItem)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "news.documents.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(a_row(number)) + "\n" for number in range(1, 9))
    rows = [a_quiz(1, 2), a_quiz(2, 7)]
    (tmp_path / "news.questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_documents_and_questions_come_in_event_time_order(folder: Path) -> None:
    items = read(folder)

    assert all(first.at <= second.at for first, second in pairwise(items))
    assert [type(item.message) for item in items].index(Question) == 2


def test_a_question_comes_only_with_a_document_that_answers_it(folder: Path) -> None:
    questions = [item.message for item in read(folder, documents=4) if isinstance(item.message, Question)]

    assert [question.question_id for question in questions] == ["q1"]
    assert questions[0].as_of == datetime(2022, 6, 3, 12, tzinfo=UTC)


def test_several_streams_in_a_folder_must_be_told_apart(folder: Path) -> None:
    (folder / "more.documents.jsonl").write_text("")

    with pytest.raises(ValueError, match="more, news: choose one with --name"):
        read(folder)
    assert read(folder, name="news")


def test_an_empty_folder_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"documents\.jsonl"):
        read(tmp_path)


def test_a_stream_goes_on_behind_the_last_position(folder: Path) -> None:
    items = read(folder)

    assert read(folder, position=items[3].position) == items[4:]


class Recorder:
    """Publishes nowhere and writes down the order of things."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def publish(self, topic: topology.AnyTopic, messages: Sequence[Message]) -> int:
        self.lines += [f"{topic.name} {topic.key_of(message)}" for message in messages]
        return len(messages)

    def wait(self, within_s: float) -> None:
        self.lines.append(f"wait {within_s:g}")


def test_every_document_can_be_found_before_a_question_goes_out() -> None:
    recorder, events = Recorder(), list[ReplayEvent]()
    messages: list[DocumentPublished | Question] = [
        a_document(document_id="a"),
        a_question(),
        a_document(document_id="b"),
    ]
    items = [FeedItem(NOON, message, str(number)) for number, message in enumerate(messages, start=1)]

    replay(
        recorder,  # type: ignore[arg-type]
        items,
        wait_s=5,
        say=events.append,
        reached=lambda position: recorder.lines.append(f"reached {position}"),
    )

    first = ["news.documents.v1 a", "wait 5", "qa.questions.v1 q-1", "reached 2"]
    assert recorder.lines == [*first, "news.documents.v1 b", "wait 5", "reached 3"]
    assert events[-1] == ReplayDone(documents=2, questions=1)
