"""BM25 over the live chunks, in tantivy: on disk as a snapshot that a restart goes on from, or in memory.

Queries are built from analysed terms and never parsed: a question's quotes and colons are only characters.
k1 = 1.2, b = 0.75 (Robertson and Zaragoza 2009); each distinct word of the question counts once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
import tantivy
from tantivy import Document, FieldType, Occur, Query

from services.retriever import words
from services.retriever.settings import RetrieverSettings
from services.retriever.snapshot import opened
from shared.scope import Scope, readers
from shared.stored import Candidate, Passage

MiB = 1024 * 1024
log = structlog.get_logger()
TEXT, OTHERWISE, STATE = "text", "otherwise", "state"
MOST_WORDS = 256
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Bm25:
    """A SparseIndex. The writer's changes are seen by searches after `commit`; `offsets` lie in the index itself."""

    def __init__(self, index: tantivy.Index, analyzer: tantivy.TextAnalyzer, memory_mib: int) -> None:
        self._index = index
        self._schema = index.schema
        self._analyzer = analyzer
        index.register_tokenizer("words", analyzer)
        index.config_reader("Manual")  # one that reloads by itself locks commits out, for 100 ms each time
        self._writer = index.writer(memory_mib * MiB, 1)
        self._searcher = index.searcher()
        self._offsets = self._read_offsets()

    @property
    def offsets(self) -> Mapping[int, int]:
        return self._offsets

    @property
    def size(self) -> int:
        return max(0, int(self._searcher.num_docs) - 1)  # one holds the offsets

    def replace(self, document_id: str, passages: Sequence[Passage]) -> None:
        self._writer.delete_documents_by_term("document_id", document_id)
        for passage in passages:
            self._writer.add_document(_document(passage))

    def forget(self, before: datetime) -> None:
        self._writer.delete_documents_by_query(self._between("published", _LONG_AGO, before, include_upper=False))

    def commit(self, offsets: Mapping[int, int]) -> None:
        state = json.dumps({str(partition): offset for partition, offset in offsets.items()})
        self._writer.delete_documents_by_term("kind", STATE)
        self._writer.add_document(Document(kind=STATE, state=state))
        self._writer.commit()
        self._index.reload()
        self._searcher, self._offsets = self._index.searcher(), dict(offsets)

    def clear(self) -> None:
        """Start over: nothing is indexed and nothing has been read."""
        self._writer.delete_all_documents()
        self.commit({})

    def search(self, text: str, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        clauses = list(self._any_word(text))
        if not clauses:
            return []
        any_word = Query.boolean_query([(Occur.Should, clause) for clause in clauses])
        wanted = Query.boolean_query(
            [(Occur.Must, any_word), *((Occur.Must, condition) for condition in self._within(scope))]
        )
        searcher = self._searcher
        hits = searcher.search(wanted, limit, count=False).hits
        return [_candidate(searcher.doc(address), float(score)) for score, address in hits]

    def _any_word(self, text: str) -> Iterator[Query]:
        """The words in either field, and their other spellings as words: what both write alike counts once."""
        asked = list(dict.fromkeys(self._analyzer.analyze(words.written(text))))[:MOST_WORDS]
        for word in asked:
            yield self._term(TEXT, word)
            yield self._term(OTHERWISE, word)
        for word in dict.fromkeys(self._analyzer.analyze(words.otherwise(text))[:MOST_WORDS]):
            if word not in asked:
                yield self._term(TEXT, word)

    def _within(self, scope: Scope) -> Iterator[Query]:
        """What a scope demands, as clauses that all must hold and that do not score."""
        wanted = scope.filters
        chosen = (("source", wanted.sources), ("tag", wanted.tags), ("language", wanted.languages))
        for field, values in (*chosen, ("reader", scope.readers)):
            if values:
                yield Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), 0.0)
        times = (("published", wanted.published_from, wanted.published_to), ("first_seen", None, scope.as_of))
        for field, low, high in times:
            if low is not None or high is not None:
                yield Query.const_score_query(self._between(field, low, high), 0.0)

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "freq")

    def _between(self, field: str, low: datetime | None, high: datetime | None, *, include_upper: bool = True) -> Query:
        return Query.range_query(
            self._schema,
            field,
            FieldType.Integer,
            lower_bound=None if low is None else _ms(low),
            upper_bound=None if high is None else _ms(high),
            include_upper=include_upper,
        )

    def _read_offsets(self) -> dict[int, int]:
        hits = self._searcher.search(Query.term_query(self._schema, "kind", STATE), 1).hits
        state = json.loads(self._searcher.doc(hits[0][1]).get_first(STATE) or "{}") if hits else {}
        return {int(partition): int(offset) for partition, offset in state.items()}


def build(settings: RetrieverSettings, folder: Path | None) -> Bm25:
    """The index of a folder, gone on with where it is whole; in memory without one, or where it is taken."""
    analyzer = words.analyzer(settings.index_language)
    try:
        return Bm25(opened(_schema(), folder), analyzer, settings.index_memory_mib)
    except ValueError as error:
        if folder is None or "LockBusy" not in str(error):
            raise
        log.warning("another process keeps this snapshot; the index is built in memory", folder=str(folder))
        return Bm25(opened(_schema(), None), analyzer, settings.index_memory_mib)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field(STATE, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document_id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("source", "tag", "language", "reader"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("position", "revision"):
        builder.add_integer_field(field, stored=True)
    for field in ("published", "first_seen"):
        builder.add_integer_field(field, stored=True, indexed=True, fast=True)
    for field in (TEXT, OTHERWISE):
        builder.add_text_field(field, tokenizer_name="words", index_option="freq")
    return builder.build()


def _document(passage: Passage) -> Document:
    return Document(
        document_id=passage.document_id,
        position=passage.position,
        revision=passage.revision,
        source=passage.source,
        tag=list(passage.tags),
        language=passage.language,
        reader=list(readers(passage.labels)),
        published=_ms(passage.published_at),
        first_seen=_ms(passage.first_seen_at),
        text=words.written(passage.text),
        otherwise=words.otherwise(passage.text),
    )


def _candidate(document: Document, score: float) -> Candidate:
    published = datetime.fromtimestamp(int(document.get_first("published") or 0) / 1000, UTC)
    place = str(document.get_first("document_id")), int(document.get_first("position") or 0)
    return Candidate(*place, int(document.get_first("revision") or 0), published, score)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
