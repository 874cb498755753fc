"""What a person reads while a feed is read once, or watched."""

from pathlib import Path

import pytest

from services.console.feed_view import FeedView
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder
from services.ingest.ports import FeedSource
from shared.jobs.feeding import FeedRead, FeedStopped, FeedWatched, PortionPublished
from tests.unit.feed_parts import Reader

NOTHING = FeedRead(published=0, retracted=0, unchanged=29, bad=0)
WATCHING = FeedWatched(feed="folder /handbook", every_s=10.0)


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_second_reading_says_how_many_are_unchanged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.txt", "b.md", "c.html"):
        (tmp_path / name).write_text("<p>The fair moves to the harbour.</p>")
    reader, watched = Reader(), folder.build(FeedSource(str(tmp_path)), FeedSettings())

    for _ in range(2):
        FeedView()(FeedRead(**vars(reader.counts(watched))))

    assert capsys.readouterr().out.splitlines() == [
        "published: 3; retracted: 0; unchanged: 0; bad: 0",
        "published: 0; retracted: 0; unchanged: 3; bad: 0",
    ]


def test_a_feed_that_is_watched_says_so_and_what_each_pass_did(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    view = FeedView(clock)
    view(WATCHING)
    view(NOTHING)
    for _ in range(13):
        clock.at += 5
        view(NOTHING)
    view(NOTHING.model_copy(update={"published": 2}))
    view(NOTHING)
    view(FeedStopped())

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Watching folder /handbook: a pass every 10 s. Ctrl-C ends it")
    assert lines[1:] == [
        "published: 0; retracted: 0; unchanged: 29; bad: 0",
        "12 passes found nothing new",
        "1 pass found nothing new",
        "published: 2; retracted: 0; unchanged: 29; bad: 0",
        "1 pass found nothing new",
    ]


def test_a_long_pass_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    view = FeedView(clock)
    for published in range(32, 321, 32):
        clock.at += 4
        view(PortionPublished(published=published, retracted=0, unchanged=29, bad=0, documents=[]))

    assert capsys.readouterr().err.splitlines() == [
        f"so far: published: {count}; retracted: 0; unchanged: 29; bad: 0" for count in (96, 192, 288)
    ]
