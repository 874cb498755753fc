"""A dated news stream with quiz questions, in the layout derived from RealTime QA.

A folder holds `<name>.documents.jsonl[.gz]` sorted by `first_seen` and `<name>.questions.jsonl[.gz]` sorted by
`asked_at`. A question sees no document that was first seen after it was asked: its `as_of` says so.
"""

import gzip
import heapq
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from services.ingest.ports import FeedItem
from shared.messages import DocumentPublished, Question

DEADLINE_S = 86_400.0


def read(folder: Path, *, documents: int | None = None, name: str = "*") -> Iterator[FeedItem]:
    """The first `documents` documents and the questions answerable then, in event-time order.

    With a limit, a question is taken when a document that it cites, or that bears its answer, is among them.
    Raises FileNotFoundError where the folder lacks the files.
    """
    taken = [row for row, _ in zip(_rows(folder, f"{name}.documents"), _count(documents), strict=False)]
    known = {row["doc_id"] for row in taken}
    asked = [row for row in _rows(folder, f"{name}.questions") if documents is None or _answerable(row, known)]
    return heapq.merge(map(_document, taken), map(_question, asked), key=lambda entry: entry.at)


def _answerable(row: dict[str, Any], known: set[str]) -> bool:
    return not known.isdisjoint([*row["gold_doc_ids"], *row["answer_bearing_doc_ids"]])


def _document(row: dict[str, Any]) -> FeedItem:
    seen = datetime.fromisoformat(row["first_seen"])
    document = DocumentPublished(
        document_id=row["doc_id"],
        title=row["title"],
        text=row["text"],
        source=row["source"],
        url=row["url"],
        published_at=row["publish_date"] or seen,
        first_seen_at=seen,
    )
    return FeedItem(seen, document)


def _question(row: dict[str, Any]) -> FeedItem:
    asked = datetime.fromisoformat(row["asked_at"])
    question = Question(
        question_id=row["question_id"],
        text=row["question"],
        choices=tuple(row["choices"]),
        references=tuple(row["answers"]),
        slice="gold" if row["gold_doc_ids"] else "answer-bearing",
        gold_document_ids=tuple(row["gold_doc_ids"] or row["answer_bearing_doc_ids"]),
        as_of=asked,
        deadline_s=DEADLINE_S,
    )
    return FeedItem(asked, question)


def _rows(folder: Path, stem: str) -> Iterator[dict[str, Any]]:
    found = sorted([*folder.glob(f"{stem}.jsonl"), *folder.glob(f"{stem}.jsonl.gz")])
    if not found:
        raise FileNotFoundError(f"no {stem}.jsonl or {stem}.jsonl.gz in {folder}")
    opener = gzip.open if found[0].suffix == ".gz" else open
    with opener(found[0], "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _count(limit: int | None) -> Iterator[int]:
    return iter(range(limit)) if limit is not None else iter(int, 1)
