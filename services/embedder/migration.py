"""Moving the store from one encoder to another while the first one serves.

What is done is seen from the new table itself and never remembered, so a migration that was cut off is simply run
again. The revision's number orders all writes, so that it does not matter who writes a revision first: this job,
embedder, or both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Literal, Protocol

import numpy as np

from services.embedder.handler import Now, searchable
from shared.encoding import Encoder
from shared.jobs.reindex import BatchDone, PassagesChecked, Say
from shared.messages import Chunk, DocumentChunked, DocumentIndexed
from shared.records import Effect, InvalidMessageError, Position, RawRecord
from shared.stored import ChunkSearch, Passage, StoredRevision

AT_ONCE = 16
Passages = Mapping[str, Sequence[Passage]]


class ChunkTable(ChunkSearch, Protocol):
    """One encoder's table: searched, read and written."""

    def write(self, effect: Effect[StoredRevision]) -> None: ...
    def flush(self) -> None: ...


class Progress(Protocol):
    """How far embedder has come with the chunked revisions."""

    def ends(self) -> Mapping[int, int]: ...
    def committed(self) -> Mapping[int, int]: ...


@dataclass(frozen=True)
class Side:
    """An encoder with its table."""

    encoder: Encoder
    chunks: ChunkTable


@dataclass(frozen=True)
class Migration:
    """Fills the new side from the old one. `indexed` gives every announcement, `pauses` bounds waiting for embedder."""

    old: Side
    new: Side
    indexed: Callable[[], Iterable[DocumentIndexed]]
    embedder: Progress
    count_tokens: Callable[[Sequence[str]], Sequence[int]] | None
    now: Now
    pause: Callable[[], None]
    say: Say
    pauses: int = 120
    refused: list[str] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError where the new encoder would cut a stored passage silently."""
        if self.count_tokens is None or self.new.encoder.max_tokens is None:
            return self.say(PassagesChecked(window=None))
        longest = 0
        for batch in self._batches("checking", self.standing()):
            passages = [passage for of_document in self._read(self.old, batch).values() for passage in of_document]
            for passage, tokens in zip(
                passages, self.count_tokens([passage.text for passage in passages]), strict=True
            ):
                self._refuse_longer(passage, tokens)
                longest = max(longest, tokens)
        return self.say(PassagesChecked(window=self.new.encoder.max_tokens, longest=longest))

    def standing(self) -> list[DocumentIndexed]:
        """The newest announcement of each document."""
        return newest(self.indexed())

    def fill(self) -> int:
        """Bring the new table to what is announced; what it holds already stays. Returns the revisions written."""
        behind = [
            document for document in self.standing() if self._seen.get(document.document_id, 0) < document.revision
        ]
        return sum(self._fill(batch) for batch in self._batches("filling", behind))

    def settle(self) -> bool:
        """Fill what was under way when the encoders were announced; False where embedder did not get so far in time."""
        reached = caught_up(self.embedder, self.pause, self.pauses)
        self.fill()
        return reached

    def _fill(self, batch: Sequence[DocumentIndexed]) -> int:
        behind = _behind(batch, self._read(self.new, batch))
        source = self._read(self.old, behind)
        chunked_documents = [
            chunked for document in behind if (chunked := rebuilt(document, source[document.document_id]))
        ]
        written = sum(self._store(chunked) for chunked in chunked_documents)
        self.new.chunks.flush()
        self._seen.update({document.document_id: document.revision for document in batch})
        return written

    def _store(self, chunked: DocumentChunked) -> bool:
        texts = [chunk.text for chunk in chunked.chunks]
        try:
            vectors = searchable(self.new.encoder.encode(texts)) if texts else np.zeros((0, 0), dtype=np.float32)
        except InvalidMessageError:
            self.refused.append(chunked.document_id)
            return False
        self.new.chunks.write(Effect(StoredRevision(chunked, vectors, self.now()), _cause(chunked, self.now)))
        return True

    def _batches(
        self, phase: Literal["checking", "filling"], documents: Sequence[DocumentIndexed]
    ) -> Iterator[list[DocumentIndexed]]:
        done = 0
        for batch in _batches(documents):
            yield batch
            done += len(batch)
            self.say(BatchDone(phase=phase, step=done, steps=len(documents)))

    def _read(self, side: Side, batch: Sequence[DocumentIndexed]) -> Passages:
        return side.chunks.of_documents([document.document_id for document in batch])

    def _refuse_longer(self, passage: Passage, tokens: int) -> None:
        window = self.new.encoder.max_tokens
        if window is not None and tokens > window:
            raise ValueError(
                f"{passage.chunk_id} has {tokens} tokens and {self.new.encoder.name} reads {window}: the rest "
                f"would be cut silently. Choose an encoder that reads more."
            )


def caught_up(embedder: Progress, pause: Callable[[], None], pauses: int) -> bool:
    """Wait until embedder has done what lay before it; False where it takes too long.

    A batch that it began before it heard of an announcement ends below what is there a pause later.
    """
    pause()
    ends = embedder.ends()
    for _ in range(pauses):
        committed = embedder.committed()
        if all(committed.get(partition, 0) >= end for partition, end in ends.items()):
            return True
        pause()
    return False


def newest(indexed: Iterable[DocumentIndexed]) -> list[DocumentIndexed]:
    """The newest revision of each document, retracted ones too."""
    latest: dict[str, DocumentIndexed] = {}
    for document in indexed:
        known = latest.get(document.document_id)
        if known is None or known.revision <= document.revision:
            latest[document.document_id] = document
    return list(latest.values())


def lacking(documents: Iterable[DocumentIndexed], chunks: ChunkSearch) -> int:
    """How many documents' announced revisions a table does not hold."""
    return sum(
        len(_behind(batch, chunks.of_documents([document.document_id for document in batch])))
        for batch in _batches(documents)
    )


def rebuilt(document: DocumentIndexed, passages: Sequence[Passage]) -> DocumentChunked | None:
    """The announced revision with its chunks; None where they are gone, or are a newer revision's by now."""
    expected = 0 if document.retracted else document.chunk_count
    if expected and (len(passages) != expected or passages[0].revision != document.revision):
        return None
    chunks = tuple(Chunk(position=passage.position, text=passage.text) for passage in passages[:expected])
    about = document.model_dump(include=set(DocumentChunked.model_fields) - {"chunks"})
    stored = {field.name: getattr(passages[0], field.name) for field in fields(Passage)} if expected else {}
    return DocumentChunked(**about | stored, chunks=chunks)  # an announcement leaves out what not everyone may know


def holds(document: DocumentIndexed, passages: Sequence[Passage]) -> bool:
    """Whether a table has the announced revision, or a newer one."""
    expected = 0 if document.retracted else document.chunk_count
    newest = passages[0].revision if passages else document.revision
    return newest > document.revision or (newest == document.revision and len(passages) == expected)


def _behind(batch: Sequence[DocumentIndexed], there: Passages) -> list[DocumentIndexed]:
    return [document for document in batch if not holds(document, there[document.document_id])]


def _batches(documents: Iterable[DocumentIndexed]) -> Iterator[list[DocumentIndexed]]:
    rest = iter(documents)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _cause(chunked: DocumentChunked, now: Now) -> RawRecord:
    """No record led to this; a table does not look at it."""
    return RawRecord(Position("", 0, 0), chunked.document_id.encode(), None, now())
