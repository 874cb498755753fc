"""An attack on one kind of feed: hostile documents through its real reader, and what must hold after each pass."""

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from services.ingest import reading_apart
from services.ingest.feed_pass import Counts, Pass
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder, jsonl, rss, sql
from services.ingest.fetching import Page
from services.ingest.marking import Marked, Marking
from services.ingest.ports import Feed, FeedSource, FeedUnavailableError
from shared.memory.feeds import MemoryFeeds
from shared.messages import DocumentPublished, Message
from shared.records import InvalidMessageError, parsed
from shared.topology import AnyTopic
from tests.builders import NOON, a_document
from tests.hostile import feed_sources
from tests.hostile.clocks import Call
from tests.hostile.figures import Measured, Say, unheard

AT_ONCE = 50
MOST_S = 10.0
"""Processor seconds that a pass over so many documents may take."""
KINDS = ("rss", "folder", "jsonl", "sql")


class FromMemory(rss.Rss):
    """A feed whose answer is there already."""

    answer: Page

    def _asked(self, version: dict[str, str]) -> Page:  # noqa: ARG002 (whatever was there before)
        return FromMemory.answer


@dataclass
class FeedFigures(Measured):
    """What an attack came to."""

    kind: str
    documents: int = 0
    good: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    longest: Call = field(default_factory=lambda: Call(0.0, 0.0))


@dataclass
class FeedAttack:
    """On one kind; a folder of its own holds what is read."""

    kind: str
    seed: int

    def __post_init__(self) -> None:
        self._draw = Random(self.seed)  # noqa: S311 (no secret)
        self.figures = FeedFigures(self.kind)
        self._published: list[DocumentPublished] = []

    def __call__(self, documents: int, say: Say = unheard) -> FeedFigures:
        """So many documents, and what became of them."""
        with TemporaryDirectory() as home, closing(reading_apart):
            place = self._place(Path(home))
            feed, state = self._feed(place), MemoryFeeds()
            while self.figures.documents < documents:
                self._pass(feed, state, place)
                if self.figures.good % 40 == 0:
                    self.figures.look(self.kind, self.figures.documents, documents, say)
        self.figures.end()
        return self.figures

    def publish(self, _: AnyTopic, messages: Iterable[Message]) -> int:
        """A broker that takes what can be read back."""
        taken = [message for message in messages if isinstance(message, DocumentPublished)]
        for message in taken:
            try:
                parsed(DocumentPublished, message.model_dump_json().encode())
            except (InvalidMessageError, ValueError) as error:
                self.figures.wrong[f"what was published cannot be read: {str(error)[:150]}"] += 1
        self._published += taken
        return len(taken)

    def _pass(self, feed: Feed, state: MemoryFeeds, place: Path) -> None:
        """Hostile documents, then a good one, each read."""
        numbers = range(self.figures.documents, self.figures.documents + AT_ONCE)
        self._write(place, numbers)
        before = perf_counter()
        self._read(feed, state)
        took = perf_counter() - before
        if took > self.figures.longest.cpu_s:
            self.figures.longest = Call(took, took)
        self.figures.documents += AT_ONCE
        name = f"good {self.figures.good}"
        self._write_good(place, name)
        self._published.clear()
        self._read(feed, state)
        if not any(name in document.text for document in self._published):
            self.figures.wrong["a good document after hostile ones was not published"] += 1
        self._published.clear()
        self.figures.good += 1

    def _read(self, feed: Feed, state: MemoryFeeds) -> None:
        counts = Counts()
        try:
            Pass(feed, Marked(state, feed.name, Marking()), self, lambda: NOON, lambda _: None, counts=counts)()
        except FeedUnavailableError:
            self.figures.fates["passes that found the feed unavailable"] += 1
        except Exception as error:  # what ends a pass here would end the feed in production
            at = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {str(error)[:200]} ({Path(at.filename).name}:{at.lineno})"
            self.figures.wrong[f"a pass ended: {what}"] += 1
        self.figures.fates.update(vars(counts))

    def _place(self, home: Path) -> Path:
        place = home / "news"
        if self.kind == "folder":
            place.mkdir()
        elif self.kind == "jsonl":
            place.touch()
        elif self.kind == "sql":
            feed_sources.rows(place, self._draw, range(0))
        return place

    def _feed(self, place: Path) -> Feed:
        settings = FeedSettings(sql_overlap_s=0.0)
        match self.kind:
            case "folder":
                return folder.build(FeedSource(str(place)), settings)
            case "jsonl":
                return jsonl.build(FeedSource(str(place)), settings)
            case "sql":
                return sql.build(FeedSource(f"sqlite:///{place}", query="SELECT * FROM news"), settings)
            case _:
                return FromMemory(FeedSource("https://news.example/feed"), settings)

    def _write(self, place: Path, numbers: range) -> None:
        match self.kind:
            case "folder":
                for number in numbers:
                    with suppress(OSError, ValueError):  # not every name is one of this file system
                        feed_sources.files(place, self._draw, number)
            case "jsonl":
                _append(place, (feed_sources.line(self._draw, number) for number in numbers))
            case "sql":
                feed_sources.rows(place, self._draw, numbers)
            case _:
                FromMemory.answer = feed_sources.page(self._draw, numbers)

    def _write_good(self, place: Path, name: str) -> None:
        match self.kind:
            case "folder":
                (place / f"{name}.txt").write_text(f"The fair moves. {name}")
            case "jsonl":
                good = a_document(document_id=name, text=f"The fair moves. {name}")
                _append(place, [b"\n", good.model_dump_json().encode() + b"\n"])
            case "sql":
                feed_sources.good_row(place, self.figures.documents, f"The fair moves. {name}")
            case _:
                FromMemory.answer = feed_sources.good_page(f"The fair moves. {name}")


def _append(place: Path, lines: Iterable[bytes] | Iterator[bytes]) -> None:
    with place.open("ab") as file:
        file.writelines(lines)
