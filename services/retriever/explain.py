"""`python -m services.retriever.explain`: why a question is given the evidence that it is given.

It puts the retriever together as the service does, over word indexes in memory that are read anew from the
announcements, and publishes nothing. The last line on standard output is the explanation as one JSON object.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from services.retriever.assembly import retriever
from services.retriever.handler import Retrieve, stands, why_nothing, within_budget
from services.retriever.ports import Ranked, SearchQuery
from services.retriever.serving import Serving
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.jobs.events import write
from shared.jobs.explain import CandidateExplained, ChunksRead, EvidenceExplained, Listed, ListPlace
from shared.kafka import access
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.keeping_settings import NewsSettings
from shared.messages import Filters, Question
from shared.observe_settings import ObserveSettings
from shared.retention import Retention
from shared.scope import Scope
from shared.service import guarded
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import ChunkKey, Passage

BEGINNING = 240
DAY_S = 86_400.0


def main() -> None:
    """Read the arguments and explain; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", help="as JSON, like a message of the questions topic")
    parser.add_argument("--others", type=int, default=5, help="candidates shown that did not become evidence")
    options = parser.parse_args()
    raise SystemExit(guarded("explain", lambda _: _run(options), ObserveSettings))


def _run(options: argparse.Namespace) -> None:
    question = Question.model_validate_json(options.question)
    settings, kafka = RetrieverSettings(), KafkaSettings()
    access.require(kafka, [topology.INDEXED.name, topology.ENCODERS.name])
    store = connect(CassandraSettings())
    serving = Serving(KafkaView(kafka, topology.ENCODERS).refresh, EncoderSettings(), partial(CassandraChunks, store))
    handle, view = retriever(
        settings,
        encode=serving.encoder.encode,
        encoder=serving.encoder.name,
        chunks=serving,
        copied=serving,
        announcements=KafkaTail(kafka, topology.INDEXED.name),
        keep=Retention(NewsSettings().keep_days),
    )
    view.catch_up()
    write(ChunksRead(chunks=view.size))
    write(explained(handle, question, now=datetime.now(UTC), others=options.others))
    store.close()


def explained(retrieve: Retrieve, question: Question, *, now: datetime, others: int) -> EvidenceExplained:
    """Evidence as the retriever would give it at `now`, and the best `others` that did not become evidence."""
    scope = retrieve.scope(question)
    texts = retrieve.queries(question)
    at = question.as_of or now
    queries = [SearchQuery(text, vector, at) for text, vector in zip(texts, retrieve.encode(texts), strict=True)]
    seen: list[Ranked] = []

    def noting(first: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        seen[:] = retrieve.rank(first, ranked)
        return seen

    picks = replace(retrieve, rank=noting).picks(queries, scope)
    kept = within_budget(picks, retrieve.settings.budget_words)
    listed = {hit.place: _listed(number, hit, at) for number, hit in enumerate(seen, start=1)}
    chosen = {hit.place for hit, _ in kept}
    left = [hit for hit in seen if hit.place not in chosen][:others]
    return EvidenceExplained(
        question=question,
        queries=texts,
        search=retrieve.search.name,
        rankers=retrieve.settings.ranker_names,
        encoder=retrieve.encoder,
        at=at.isoformat(),
        candidates=len(seen),
        lists=_lists(retrieve, seen),
        evidence=[_row(listed[hit.place], passage) for hit, passage in kept],
        others=[
            _row(listed[hit.place], passage, why)
            for hit, passage, why in _left_out(retrieve, left, {pick.place for pick, _ in picks}, scope)
        ],
        note="" if kept else "; ".join([why_nothing(question), *_would_help(retrieve, question, queries)]),
    )


def _listed(number: int, hit: Ranked, at: datetime) -> Listed:
    """What the lists say of a candidate; nothing of its text."""
    published_at = hit.candidate.published_at
    return Listed(
        place=number,
        score=hit.score,
        document_id=hit.candidate.document_id,
        position=hit.candidate.position,
        revision=hit.candidate.revision,
        published_at=published_at.isoformat(),
        age_days=round((at - published_at).total_seconds() / DAY_S, 2),
        lists={name: ListPlace(rank=place.rank, score=place.score) for name, place in hit.found_by.items()},
    )


def _row(listed: Listed, passage: Passage | None, left_out: str | None = None) -> CandidateExplained:
    """With what stands there, for a passage that may be shown."""
    if passage is None:
        return CandidateExplained(**dict(listed), left_out=left_out)
    return CandidateExplained(
        **dict(listed),
        left_out=left_out,
        chunk_id=passage.chunk_id,
        title=passage.title,
        source=passage.source,
        language=passage.language,
        trust=passage.trust,
        text=passage.text[:BEGINNING],
    )


def _left_out(
    retrieve: Retrieve, left: Sequence[Ranked], picked: set[ChunkKey], scope: Scope
) -> Iterator[tuple[Ranked, Passage | None, str]]:
    """Each with the reason; the passage only where it still is what was found, and may be shown."""
    there = retrieve.chunks.read([hit.place for hit in left])
    for hit in left:
        passage = there.get(hit.place)
        if passage is not None and stands(hit, passage, scope):
            yield hit, passage, "over budget_words" if hit.place in picked else "beyond top_k"
        else:
            yield hit, None, "gone since it was found" if passage is None else "changed since it was found"


def _lists(retrieve: Retrieve, seen: Iterable[Ranked]) -> list[str]:
    """Names of all lists in the order in which they came about: parts of the search, the search, each ranker."""
    last = [retrieve.search.name, *retrieve.settings.ranker_names]
    named = dict.fromkeys(name for hit in seen for name in hit.found_by)
    return [*(name for name in sorted(named) if name not in last), *(name for name in last if name in named)]


def _would_help(retrieve: Retrieve, question: Question, queries: Sequence[SearchQuery]) -> Iterator[str]:
    """The conditions that alone keep everything out."""
    for name, wider in _wider(question):
        if retrieve.ranked(queries, retrieve.scope(wider)):
            yield f"without {name} there is something"


def _wider(question: Question) -> Iterator[tuple[str, Question]]:
    """The question without each of its conditions in turn. Its labels stay: they say what may be shown."""
    for name in question.filters.model_dump(exclude_defaults=True, exclude={"version"}):
        filters = question.filters.model_copy(update={name: Filters.model_fields[name].default})
        yield name, question.model_copy(update={"filters": filters})
    if question.as_of:
        yield "as_of", question.model_copy(update={"as_of": None})


if __name__ == "__main__":
    main()
