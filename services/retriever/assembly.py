"""Putting a retriever together from its settings: the same for the service, for explaining and for measuring."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.retriever.handler import Retrieve
from services.retriever.ports import Encode, Knowledge, Rank, Ranked, Search, SearchQuery, SparseIndex, listed
from services.retriever.settings import RetrieverSettings
from services.retriever.view import Announcements, MaterialisedView
from shared import plugins
from shared.retention import FOREVER, Retention
from shared.stored import ChunkSearch

PACKAGE = "services.retriever"


@dataclass(frozen=True)
class Indexes:
    """Word indexes by name, each made when a search first asks for it; in memory without a folder."""

    settings: RetrieverSettings
    folder: Path | None = None
    made: dict[str, SparseIndex] = field(default_factory=dict)

    def __call__(self, name: str) -> SparseIndex:
        if name not in self.made:
            build = plugins.load(f"{PACKAGE}.indexes", name)
            self.made[name] = build(self.settings, self.folder / name if self.folder else None)
        return self.made[name]


def retriever(
    settings: RetrieverSettings,
    *,
    encode: Encode,
    encoder: str,
    chunks: ChunkSearch,
    announcements: Announcements,
    folder: Path | None = None,
    keep: Retention = FOREVER,
) -> tuple[Retrieve, MaterialisedView]:
    """The handler and the view that it waits for; the view holds what its snapshot held and no more yet."""
    indexes = Indexes(settings, folder)
    knowledge = Knowledge(chunks, indexes)
    search = searches(knowledge, settings)
    rank = rankers(knowledge, settings)
    condense = plugins.load(f"{PACKAGE}.condensers", settings.condenser)(settings)
    rephrase = plugins.load(f"{PACKAGE}.queries", settings.queries)(knowledge, settings)
    view = MaterialisedView(announcements, chunks, list(indexes.made.values()), keep)
    ports = (encode, encoder, search, rank, rephrase, chunks, view, time.perf_counter)
    return Retrieve(settings, *ports, keep, condense), view


def searches(knowledge: Knowledge, settings: RetrieverSettings) -> Search:
    """The search that the settings name."""
    search: Search = plugins.load(f"{PACKAGE}.searches", settings.search)(knowledge, settings)
    return search


def rankers(knowledge: Knowledge, settings: RetrieverSettings) -> Rank:
    """The rankers that the settings name, one after the other; each notes its place and score under its name."""
    named: Mapping[str, Rank] = {
        name: plugins.load(f"{PACKAGE}.rankers", name)(knowledge, settings) for name in settings.ranker_names
    }

    def rank(asked: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        for name, one in named.items():
            ranked = listed(name, one(asked, ranked))
        return ranked

    return rank
