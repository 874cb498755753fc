"""Named runs of the retriever's own searches and rankers over the questions of a collection.

A run's name says what it is: a search, rankers that follow with `+`, and `@` before the way queries are made, where
that is not the plain one: `bm25`, `weighted+recency`, `rrf+recency@plain`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.retriever.evaluation.corpus import Remembered
from services.retriever.evaluation.measures import Run, by_document
from services.retriever.evaluation.vectors import KeptVectors
from services.retriever.handler import Retrieve
from services.retriever.ports import Announcements, Knowledge, SearchQuery
from services.retriever.settings import RetrieverSettings
from services.retriever.variants import PACKAGE, Indexes, rankers, searches
from services.retriever.view import MaterialisedView
from shared import plugins
from shared.messages import Question
from shared.scope import Scope
from shared.stored import ChunkSearch

PLAIN, UNCHANGED = "plain", "unchanged"
QUICK_RANKERS = ("recency", "mmr")  # those that no model is asked for
Told = Callable[[str, int, int], None]


def name_of(settings: RetrieverSettings) -> str:
    """The name of the run that these settings make."""
    ranked = [settings.search, *(name for name in settings.ranker_names if name != UNCHANGED)]
    return "+".join(ranked) + ("" if settings.queries == PLAIN else f"@{settings.queries}")


def settings_of(name: str, settings: RetrieverSettings) -> RetrieverSettings:
    """The settings with the run's search, rankers and queries; raises ValueError for a variant that is not there."""
    way, _, queries = name.partition("@")
    search, *chosen = way.split("+")
    wanted = [("searches", [search]), ("rankers", chosen), ("queries", [queries or PLAIN])]
    for folder, variants in wanted:
        for variant in variants:
            plugins.load(f"{PACKAGE}.{folder}", variant)
    return settings.model_copy(update={"search": search, "rankers": ",".join(chosen), "queries": queries or PLAIN})


def usual(settings: RetrieverSettings) -> list[str]:
    """The configured retriever, every search alone, both fusions with each ranker that needs no model, and the
    configured one with diversity behind it and with every other way of making queries."""
    configured = name_of(settings)
    fused = list(dict.fromkeys([settings.search, "rrf"]))
    ranked = [f"{search}+{ranker}" for search in fused for ranker in QUICK_RANKERS]
    diverse = name_of(settings.model_copy(update={"rankers": f"{settings.rankers},mmr"}))
    queries = [f"{configured.partition('@')[0]}@{way}" for way in plugins.names(f"{PACKAGE}.queries") if way != PLAIN]
    return list(dict.fromkeys([configured, *plugins.names(f"{PACKAGE}.searches"), *ranked, diverse, *queries]))


@dataclass(frozen=True)
class PreparedRuns:
    """The retrievers by run, and the vectors of their questions."""

    retrieves: Mapping[str, Retrieve]
    vectors: KeptVectors

    def run_all(self, questions: Sequence[Question], now: datetime, told: Told) -> dict[str, Run]:
        """Every run over every question; one without `as_of` is asked at `now`. `told` hears how many are done."""
        total, runs = len(self.retrieves) * len(questions), dict[str, Run]()
        for past, (name, retrieve) in enumerate(self.retrieves.items()):
            queries = [retrieve.queries(question) for question in questions]
            vectors = iter(self.vectors.encode([text for texts in queries for text in texts]))
            run = {}
            for number, (question, texts) in enumerate(zip(questions, queries, strict=True), start=1):
                search_queries = [SearchQuery(text, next(vectors), question.as_of or now) for text in texts]
                run[question.question_id] = by_document(retrieve.ranked(search_queries, Scope.of(question)))
                told(name, past * len(questions) + number, total)
            runs[name] = run
        return runs


def prepared(
    names: Sequence[str],
    settings: RetrieverSettings,
    chunks: ChunkSearch,
    *,
    announcements: Announcements,
    vectors: KeptVectors,
) -> PreparedRuns:
    """Each run's retriever, put together as the service puts its own together, over one set of complete indexes."""
    indexes = Indexes(settings)
    knowledge = Knowledge(Remembered(chunks), indexes)
    condense = plugins.load(f"{PACKAGE}.condensers", settings.condenser)(settings)
    settings_by_run = {name: settings_of(name, settings) for name in names}
    search_by_run = {name: searches(knowledge, run_settings) for name, run_settings in settings_by_run.items()}
    rephrase_by_run = {
        name: plugins.load(f"{PACKAGE}.queries", run_settings.queries)(knowledge, run_settings)
        for name, run_settings in settings_by_run.items()
    }
    view = MaterialisedView(announcements, chunks, list(indexes.made.values()))
    view.catch_up()
    retrieves = {
        name: Retrieve(
            settings=run_settings,
            encode=vectors.encode,
            encoder=vectors.name,
            search=search_by_run[name],
            rank=rankers(knowledge, run_settings),
            rephrase=rephrase_by_run[name],
            chunks=knowledge.chunks,
            view=view,
            clock=time.perf_counter,
            condense=condense,
        )
        for name, run_settings in settings_by_run.items()
    }
    return PreparedRuns(retrieves, vectors)
