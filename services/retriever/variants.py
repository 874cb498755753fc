"""The word indexes, searches and rankers that settings name, loaded from their folders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.retriever.ports import Knowledge, Rank, Ranked, Search, SearchQuery, SparseIndex, listed
from services.retriever.settings import RetrieverSettings
from shared import plugins

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


def searches(knowledge: Knowledge, settings: RetrieverSettings) -> Search:
    """The search that the settings name."""
    search: Search = plugins.load(f"{PACKAGE}.searches", settings.search)(knowledge, settings)
    return search


def rankers(knowledge: Knowledge, settings: RetrieverSettings) -> Rank:
    """The rankers that the settings name, one after the other; each notes its place and score under its name."""
    named: Mapping[str, Rank] = {
        name: plugins.load(f"{PACKAGE}.rankers", name)(knowledge, settings) for name in settings.ranker_names
    }

    def rank(query: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        for name, ranker in named.items():
            ranked = listed(name, ranker(query, ranked))
        return ranked

    return rank
