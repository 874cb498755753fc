"""What is known of a run: what was acknowledged, what stands in the topics, and what stands in the tables."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

DOCUMENTS, CHUNKS, INDEXED = "news.documents.v1", "news.chunks.v1", "news.indexed.v1"
QUESTIONS, EVIDENCE, ANSWERS = "qa.questions.v1", "qa.evidence.v1", "qa.answers.v1"
RESULTS, STANDINGS = "qa.results.v1", "qa.standings.v1"
MARK = re.compile(r"\((\w+)\)$")
"""A document's title ends in the mark of its revision."""


class Place(NamedTuple):
    """Where a record lies in its topic."""

    partition: int
    offset: int


@dataclass(frozen=True)
class Line:
    """One record of a topic."""

    place: Place
    at_ms: int
    key: str
    value: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def json(self) -> Any:
        """Its value; None where it is no JSON."""
        try:
            return json.loads(self.value) if self.value else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Finding:
    """Something that must not be. `kind` is the column of the table that it counts in."""

    kind: str
    what: str


@dataclass(frozen=True)
class Fate:
    """What must become of a record of the documents topic. `mark`: of the text that then stands, "" for none."""

    outcome: str
    document_id: str
    revision: int
    mark: str


@dataclass
class World:
    """Everything that was read. Rows of tables are mappings by the name of the column."""

    acknowledged: Sequence[Mapping[str, Any]] = ()
    topics: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    audit: Mapping[str, Any] = field(default_factory=dict)

    def lines(self, topic: str) -> Sequence[Line]:
        return self.topics.get(topic, ())

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        return self.tables.get(table, ())

    @cached_property
    def chunk_rows(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Rows of every chunks table, by document."""
        named = (rows for name, rows in self.tables.items() if name.startswith("chunks_"))
        return by("document_id", (row for rows in named for row in rows))

    @cached_property
    def fates(self) -> Mapping[Place, Fate]:
        """What must become of each record of the documents topic that is a message."""
        return dict(_fates(self.lines(DOCUMENTS)))

    @cached_property
    def last(self) -> Mapping[str, Fate]:
        """Of each document what must stand in the end."""
        return {fate.document_id: fate for _, fate in sorted(self.fates.items()) if fate.outcome == "revision"}

    @cached_property
    def marks(self) -> Mapping[str, Fate]:
        """Mark -> the revision that it stands in."""
        return {fate.mark: fate for fate in self.fates.values() if fate.outcome == "revision" and fate.mark}

    @cached_property
    def announced(self) -> Mapping[str, Sequence[tuple[int, int, bool]]]:
        """Of each document when each revision was announced first, which one, and whether it retracts; by time."""
        first: dict[tuple[str, int], tuple[int, int, bool]] = {}
        for line in self.lines(INDEXED):
            said = line.json
            known = (line.at_ms, said["revision"], said["retracted"])
            place = (said["document_id"], said["revision"])
            first[place] = min(first.get(place, known), known)
        told: dict[str, list[tuple[int, int, bool]]] = {}
        for (document_id, _), moment in sorted(first.items(), key=lambda item: item[1]):
            told.setdefault(document_id, []).append(moment)
        return told

    @cached_property
    def sizes(self) -> Mapping[tuple[str, int], int]:
        """Of each revision that was sent to be encoded, how many chunks it has."""
        told = (line.json for line in self.lines(CHUNKS))
        return {(said["document_id"], said["revision"]): len(said["chunks"]) for said in told}

    def marks_in(self, text: str) -> Iterator[Fate]:
        """The revisions whose marks stand in a text."""
        return (self.marks[word] for word in set(re.findall(r"[a-z]{12}", text)) if word in self.marks)


def _fates(lines: Iterable[Line]) -> Iterator[tuple[Place, Fate]]:
    """Records in their order: the same text again changes nothing, everything else is the next revision."""
    standing: dict[str, Fate] = {}
    for line in sorted(lines, key=lambda line: line.place):
        if not isinstance(said := line.json, dict):
            continue
        name, before = said["document_id"], standing.get(said["document_id"])
        number, mark = (before.revision, before.mark) if before else (0, "")
        if said.get("op") == "retract":
            changes, new = bool(mark), ""
        else:
            new = MARK.findall(said["title"])[0]
            changes = new != mark
        fate = Fate("revision", name, number + 1, new) if changes else Fate("dropped", name, number, mark)
        standing[name] = fate
        yield line.place, fate


def by(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows by the value of a column."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(str(row[name]), []).append(row)
    return grouped
