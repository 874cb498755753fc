"""Vectors of documents that not every copy is known to hold: kept here, within bounds, and compared exactly."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from shared.copies import Placed
from shared.scope import Scope
from shared.stored import Candidate, Passage, Vector

BESIDE = 1024
"""Bytes that a chunk is counted with beside its vector, which is here twice: alone, and among all."""


@dataclass(frozen=True)
class Held:
    """The documents that are held at one moment, in the order in which they came; one that is gone has no chunk."""

    documents: dict[str, Sequence[Placed]]

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> list[Candidate]:
        """At most `limit` of their chunks within `scope`, best first; score is cosine in [-1, 1]."""
        return list(islice(self._ranked(vector, scope), limit))

    def _ranked(self, vector: Vector, scope: Scope) -> Iterator[Candidate]:
        if not self._passages:
            return
        scores = self._vectors @ vector
        for at in np.argsort(-scores, kind="stable"):
            passage = self._passages[at]
            if scope.admits(passage):
                where = passage.document_id, passage.position, passage.revision, passage.published_at
                yield Candidate(*where, float(scores[at]))

    @cached_property
    def _passages(self) -> list[Passage]:
        return [passage for placed in self.documents.values() for passage, _ in placed]

    @cached_property
    def _vectors(self) -> Vector:
        """Of shape (chunks, dimensions)."""
        return np.stack([vector for placed in self.documents.values() for _, vector in placed])


class HeldVectors:
    """What is held now. One thread writes, any may read. Where there is no room, the oldest documents go."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._documents: dict[str, Sequence[Placed]] = {}
        self._left_out: set[str] = set()
        self._now = Held({})
        self.bytes = 0
        self._changing = threading.Lock()

    @property
    def now(self) -> Held:
        """Never changed afterwards."""
        return self._now

    @property
    def left_out(self) -> Collection[str]:
        """Documents that should be held, and for which there is no room."""
        return self._left_out

    def hold(self, document_id: str, placed: Sequence[Placed]) -> None:
        """These are the document's chunks from now on; none where it is gone. Their texts are not kept."""
        kept = [(replace(passage, text=""), vector) for passage, vector in placed]
        with self._changing:
            self._drop(document_id)
            self._documents[document_id] = kept
            self.bytes += size(kept)
            while self.bytes > self._most_bytes:
                oldest = next(iter(self._documents))
                self._drop(oldest)
                self._left_out.add(oldest)

    def release(self, document_ids: Collection[str]) -> None:
        """These need not be held any more."""
        with self._changing:
            for document_id in document_ids:
                self._drop(document_id)

    def show(self) -> None:
        """Let searches see what was changed."""
        with self._changing:
            self._now = Held(dict(self._documents))

    def _drop(self, document_id: str) -> None:
        self._left_out.discard(document_id)
        self.bytes -= size(self._documents.pop(document_id, ()))


def size(placed: Sequence[Placed]) -> int:
    """About how many bytes a document takes here; one that is gone takes some too."""
    return BESIDE + sum(BESIDE + 2 * vector.nbytes for _, vector in placed) if placed else 0
