"""Find the evidence for a question by one recipe: search, rank, read anew, and keep what a prompt can hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.retriever.condensers import plain
from services.retriever.fusion import of_queries
from services.retriever.ports import Clock, Condense, Encode, Rank, Ranked, Rephrase, Search, SearchQuery, View
from services.retriever.settings import RetrieverSettings
from shared.messages import EvidenceFound, EvidenceItem, Question
from shared.records import Record
from shared.retention import FOREVER, Retention
from shared.scope import Scope
from shared.stored import ChunkSearch, Passage, Vector
from shared.telemetry import metrics
from shared.topology import EVIDENCE, MiB

MOST_BYTES, ESCAPED = EVIDENCE.max_bytes - MiB, 6
"""Of all passages as JSON, beside the question, and of one character at most."""
TRIES = 3
SPARE = 2
Pick = tuple[Ranked, Passage]


@dataclass(frozen=True)
class Retrieve:
    """One recipe with its ports. `clock` gives seconds; only its differences count."""

    settings: RetrieverSettings
    encode: Encode
    encoder: str
    search: Search
    rank: Rank
    rephrase: Rephrase
    chunks: ChunkSearch
    view: View
    clock: Clock
    keep: Retention = FOREVER
    condense: Condense = plain.as_asked
    contest: str = ""
    recipe: str = "rag"

    def evidence(
        self,
        record: Record[Question],
        queries: Sequence[SearchQuery],
        caught_up: Callable[[], bool],
        *,
        shared_ms: float,
    ) -> EvidenceFound:
        """What is found for a question, put in these words; read only once `caught_up` says whether the view is."""
        started = self.clock()
        question = record.message
        stale = not caught_up()
        scope = self.scope(question)
        kept = within_budget(self.picks(queries, scope), self.settings.budget_words)
        return EvidenceFound(
            question=question,
            searched_for=queries[0].text if queries[0].text != question.text else "",
            asked_at=record.appended_at,
            items=tuple(item(pick, place) for place, pick in enumerate(kept, start=1)),
            contest=self.contest,
            recipe=self.recipe,
            search=self.search.name,
            ranker=self.settings.rankers,
            encoder=self.encoder,
            stale=stale,
            note="" if kept else why_nothing(question),
            retrieval_ms=shared_ms + (self.clock() - started) * 1000,
        )

    def nothing(self, record: Record[Question], why: str) -> EvidenceFound:
        """Evidence without a passage, and why there is none."""
        return EvidenceFound(
            question=record.message,
            asked_at=record.appended_at,
            contest=self.contest,
            recipe=self.recipe,
            search=self.settings.search,
            encoder=self.encoder,
            note=why,
            retrieval_ms=0.0,
        )

    def queries(self, question: Question) -> list[str]:
        """What is searched for: the question, condensed where it is one of a conversation, then its other wordings."""
        return list(self.rephrase(self.condense(question), self.scope(question)))

    def scope(self, question: Question) -> Scope:
        """Which chunks the question may be shown."""
        return Scope.of(question, self.keep.not_before)

    def caught_up(self, record: Record[Question], ends: Mapping[int, int], *, until: float) -> bool:
        """Wait for what was announced before the question was asked, as long as its deadline permits.

        A batch waits together, `until` a time of the clock: one after the other they would come too late.
        """
        started = self.clock()
        deadline = record.appended_at + timedelta(seconds=record.message.deadline_s)
        left_s = (deadline - self.keep.now()).total_seconds()
        fresh = self.view.reach(ends, max(0.0, min(until - started, left_s)))
        metrics.VIEW_WAIT.of().set(self.clock() - started)
        metrics.STALE.of().inc(not fresh)
        return fresh

    def picks(self, queries: Sequence[SearchQuery], scope: Scope) -> list[Pick]:
        """The best chunks as they stand. Where a document moved since it was found, the search is made again."""
        picks: list[Pick] = []
        for _ in range(TRIES):
            best = self.ranked(queries, scope)[: self.settings.top_k * SPARE]
            there = self.chunks.read([hit.place for hit in best])
            picks = [(hit, there[hit.place]) for hit in best if stands(hit, there.get(hit.place), scope)]
            standing = {hit.place for hit, _ in picks}
            moved = {hit.candidate.document_id for hit in best if hit.place not in standing}
            if not moved:
                break
            self.view.refresh(sorted(moved))
        return picks[: self.settings.top_k]

    def ranked(self, queries: Sequence[SearchQuery], scope: Scope) -> Sequence[Ranked]:
        """Candidates, best first, not yet read. The lists of one question's several queries are fused."""
        lists = [self.search(query, limit=self.settings.depth, scope=scope) for query in queries]
        return self.rank(queries[0], lists[0] if len(lists) == 1 else of_queries(lists))


def asked_of(record: Record[Question], text: str, vector: Vector) -> SearchQuery:
    """A question in the words that are searched for, with their vector."""
    return SearchQuery(text, vector, record.message.as_of or record.appended_at)


def stands(hit: Ranked, passage: Passage | None, scope: Scope) -> bool:
    """Whether what was found is still there, is the revision that was found, and may be shown."""
    return passage is not None and passage.revision == hit.candidate.revision and scope.admits(passage)


def within_budget(picks: Sequence[Pick], words: int) -> list[Pick]:
    """The best chunks that fit together, in words and into a message; the first stays whatever its length."""
    kept: list[Pick] = []
    size = MOST_BYTES
    for hit, passage in picks:
        words -= len(passage.text.split())
        texts = (passage.text, passage.title, passage.source, passage.document_id, *passage.labels)
        size -= ESCAPED * sum(map(len, texts))
        if kept and min(words, size) < 0:
            break
        kept.append((hit, passage))
    return kept


def why_nothing(question: Question) -> str:
    """What to say where no chunk was found."""
    filters = question.filters.model_dump(exclude_defaults=True, exclude={"version"})
    narrowed = [*filters, *(["as_of"] if question.as_of else [])]
    if narrowed:
        return f"nothing within {', '.join(narrowed)}"
    return "nothing found that may be shown"


def item(pick: Pick, rank: int) -> EvidenceItem:
    """A chunk as evidence, with its place on every list that led to it."""
    hit, passage = pick
    return EvidenceItem(
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        revision=passage.revision,
        title=passage.title,
        source=passage.source,
        language=passage.language,
        labels=passage.labels,
        trust=passage.trust,
        published_at=passage.published_at,
        text=passage.text,
        rank=rank,
        score=hit.score,
        found_by=dict(hit.found_by),
    )
