"""TF-IDF with cosine over the live chunks, in scikit-learn: for comparison, and for corpora that fit in memory.

Word counts are hashed once for each chunk; weights (log inverse document frequency, smoothed, unit length) are
made anew at the first search after a change, in time that grows with the corpus.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from services.retriever import words
from services.retriever.settings import RetrieverSettings
from shared.scope import Scope
from shared.stored import Candidate, Passage

_OTHERWISE = "otherwise {}"  # no word has a blank


class Tfidf:
    """A SparseIndex in memory; it has no snapshot and is rebuilt from the announcements at every start."""

    def __init__(self, language: str) -> None:
        self._count, self._others = words.counter(language), words.counter(language, words.otherwise)
        hashing = partial(HashingVectorizer, norm=None, alternate_sign=False, dtype=np.float32)
        self._of_passages, self._of_questions = hashing(analyzer=self._held_words), hashing(analyzer=self._asked_words)
        self._waiting: dict[str, tuple[Sequence[Passage], Any]] = {}
        self._held: dict[str, tuple[Sequence[Passage], Any]] = {}
        self._made: tuple[list[Passage], Any, TfidfTransformer] | None = None
        self._offsets: dict[int, int] = {}
        self._lock = Lock()

    @property
    def offsets(self) -> Mapping[int, int]:
        return self._offsets

    @property
    def size(self) -> int:
        return sum(len(passages) for passages, _ in self._held.values())

    def replace(self, document_id: str, passages: Sequence[Passage]) -> None:
        counts = self._of_passages.transform([passage.text for passage in passages]) if passages else None
        self._waiting[document_id] = passages, counts

    def forget(self, before: datetime) -> None:
        old = [name for name, (passages, _) in self._held.items() if passages[0].published_at < before]
        self._waiting |= dict.fromkeys(old, ((), None))

    def commit(self, offsets: Mapping[int, int]) -> None:
        with self._lock:
            held = {name: kept for name, kept in (self._held | self._waiting).items() if kept[0]}
            self._made = None if self._waiting else self._made
            self._held, self._waiting, self._offsets = held, {}, dict(offsets)

    def clear(self) -> None:
        """Start over: nothing is indexed and nothing has been read."""
        self._held, self._waiting, self._made, self._offsets = {}, {}, None, {}

    def search(self, text: str, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        passages, weights, transformer = self._weights()
        if not passages:
            return []
        query_weights = transformer.transform(self._of_questions.transform([text]))
        scores = (weights @ query_weights.T).toarray().ravel()
        best = [place for place in np.argsort(-scores, kind="stable") if scores[place] > 0]
        seen = ((passages[place], float(scores[place])) for place in best if scope.admits(passages[place]))
        return [_candidate(passage, score) for (passage, score), _ in zip(seen, range(limit), strict=False)]

    def _held_words(self, text: str) -> list[str]:
        return [*self._count(text), *map(_OTHERWISE.format, self._others(text))]

    def _asked_words(self, text: str) -> list[str]:
        """As BM25 asks: the words as either, their other spellings as words."""
        asked = self._count(text)
        return [*asked, *map(_OTHERWISE.format, asked), *self._others(text)]

    def _weights(self) -> tuple[list[Passage], Any, TfidfTransformer]:
        with self._lock:
            if self._made is None:
                passages = [passage for of_document, _ in self._held.values() for passage in of_document]
                counts = vstack([rows for _, rows in self._held.values()]) if passages else csr_matrix((0, 1))
                transformer = TfidfTransformer()
                self._made = passages, transformer.fit_transform(counts) if passages else counts, transformer
            return self._made


def build(settings: RetrieverSettings, _: Path | None) -> Tfidf:
    """An empty index."""
    return Tfidf(settings.index_language)


def _candidate(passage: Passage, score: float) -> Candidate:
    return Candidate(passage.document_id, passage.position, passage.revision, passage.published_at, score)
