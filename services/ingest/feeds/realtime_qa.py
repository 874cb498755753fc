"""A dated news stream with quiz questions, in the layout derived from RealTime QA.

A folder holds `<name>.documents.jsonl[.gz]` sorted by `first_seen` and `<name>.questions.jsonl[.gz]` sorted by
`asked_at`. A question sees no document that was first seen after it was asked: its `as_of` says so.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from services.ingest.feed_settings import FeedSettings
from services.ingest.ports import Bookmark, Feed, FeedItem, FeedSource
from shared import lines
from shared.collections.formats import realtime_qa as layout
from shared.collections.reading import texts
from shared.lines import Row
from shared.messages import DocumentPublished

DEADLINE_S = 86_400.0


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """The stream `source.name` of a folder, or its only one.

    With a limit, `source.documents`, only so many documents come, and a question is taken when a document that it
    cites, or that bears its answer, is among them. Raises ValueError where the folder lacks the files or holds several
    streams.
    """
    folder = Path(source.address)
    name = source.name or _only(folder)
    for stem in (f"{name}.documents", f"{name}.questions"):
        _file(folder, stem)
    return RecordedStream(folder, name, source.documents, settings.folder_every_s)


@dataclass(frozen=True)
class RecordedStream:
    """Documents and questions in event-time order; the position is how many have been given."""

    folder: Path
    stream: str
    documents: int | None
    every_s: float

    @property
    def name(self) -> str:
        return f"realtime_qa {self.folder.resolve()}/{self.stream}"

    def read(self, bookmark: Bookmark) -> Iterator[FeedItem]:
        start = int(bookmark.position or 0)
        items = enumerate(islice(self._items(), start, None), start=start + 1)
        return (replace(entry, position=str(number)) for number, entry in items)

    def _items(self) -> Iterator[FeedItem]:
        """Every line is read before the first is given; raises DataError that names a line that is wrong."""
        rows = islice(lines.rows(_file(self.folder, f"{self.stream}.documents")), self.documents)
        taken = [lines.checked(place, _document, row) for place, row in rows]
        known = {entry.message.document_id for entry in taken if isinstance(entry.message, DocumentPublished)}
        questions = lines.each(_file(self.folder, f"{self.stream}.questions"), _question)
        answerable = [entry for entry, cites in questions if self.documents is None or not known.isdisjoint(cites)]
        return heapq.merge(taken, answerable, key=lambda entry: entry.at)


def _document(row: Row) -> FeedItem:
    document = layout.document(row)
    assert document.first_seen_at is not None
    return FeedItem(document.first_seen_at, document)


def _question(row: Row) -> tuple[FeedItem, list[str]]:
    """A question with the documents that it cites, and those that bear its answer."""
    question = layout.question(row).model_copy(update={"deadline_s": DEADLINE_S})
    assert question.as_of is not None
    cites = [name for field in layout.LEVELS.values() for name in texts(row, field)]
    return FeedItem(question.as_of, question), cites


def _file(folder: Path, stem: str) -> Path:
    file = next((path for path in (folder / f"{stem}.jsonl", folder / f"{stem}.jsonl.gz") if path.is_file()), None)
    if file is None:
        raise ValueError(f"no {stem}.jsonl or {stem}.jsonl.gz in {folder}")
    return file


def _only(folder: Path) -> str:
    """The name of the folder's only stream."""
    names = sorted({path.name.partition(".documents.jsonl")[0] for path in folder.glob("*.documents.jsonl*")})
    if not names:
        raise ValueError(f"no *.documents.jsonl or *.documents.jsonl.gz in {folder}")
    if len(names) > 1:
        raise ValueError(f"{folder} holds {', '.join(names)}: choose one with --name")
    return names[0]
