"""Putting a retriever together from its settings: the same for the service, for explaining and for measuring."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.retriever.handler import Retrieve
from services.retriever.ports import Encode, Knowledge, Rank, Ranked, Rephrase, Search, SearchQuery, SparseIndex, listed
from services.retriever.settings import RetrieverSettings
from services.retriever.view import Announcements
from services.retriever.views import Views
from shared import plugins
from shared.contests.options import RetrievalOptions
from shared.messages import Recipe
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


class Assembly:
    """Makes a retriever for each recipe; all of them share the encoder, the store, the views and equal searches."""

    def __init__(
        self,
        settings: RetrieverSettings,
        *,
        encode: Encode,
        encoder: str,
        chunks: ChunkSearch,
        announcements: Callable[[], Announcements],
        folder: Path | None = None,
        keep: Retention = FOREVER,
        recipes: Sequence[Recipe] = (),
    ) -> None:
        self._settings = settings
        self._indexes = Indexes(settings, folder)
        self._viewed: set[str] = set()
        self._searches: dict[tuple[object, ...], Search] = {}
        self._knowledge = Knowledge(chunks, self._indexes)
        self.view = Views(announcements, chunks, keep)
        condense = plugins.load(f"{PACKAGE}.condensers", settings.condenser)(settings)
        search, rank, rephrase = self._parts(settings)
        self.usual = Retrieve(
            settings, encode, encoder, search, rank, rephrase, chunks, self.view, time.perf_counter, keep, condense
        )
        self._made: dict[str, tuple[Recipe, Retrieve]] = {}
        for recipe in recipes:
            with suppress(ValueError, OSError):  # said again, with the reason, when a question asks for it
                self._made[recipe.name] = recipe, self._retrieve(recipe)
        self._view_fresh(at_least_one=True)

    def of(self, recipe: Recipe) -> Retrieve:
        """The retriever of a recipe, made when it is first asked for. Raises ValueError where it cannot be had here."""
        known = self._made.get(recipe.name)
        if known is None or known[0] != recipe:
            made = recipe, self._retrieve(recipe)
            self._view_fresh()  # before it is remembered: in an index that is not kept up nothing would be found
            known = self._made[recipe.name] = made
        return known[1]

    def _retrieve(self, recipe: Recipe) -> Retrieve:
        settings = settings_of(recipe, self._settings)
        search, rank, rephrase = self._parts(settings)
        return replace(self.usual, settings=settings, search=search, rank=rank, rephrase=rephrase, recipe=recipe.name)

    def _parts(self, settings: RetrieverSettings) -> tuple[Search, Rank, Rephrase]:
        rephrase = plugins.load(f"{PACKAGE}.queries", settings.queries)(self._knowledge, settings)
        return self._search(settings), rankers(self._knowledge, settings), rephrase

    def _search(self, settings: RetrieverSettings) -> Search:
        """One object for all recipes that search alike, so that they can share what it finds."""
        key = (settings.search, settings.dense_weight)
        if key not in self._searches:
            self._searches[key] = searches(self._knowledge, settings)
        return self._searches[key]

    def _view_fresh(self, *, at_least_one: bool = False) -> None:
        """Keep up the indexes that were made since."""
        fresh = {name: index for name, index in self._indexes.made.items() if name not in self._viewed}
        if fresh or at_least_one:
            self.view.add(list(fresh.values()))
        self._viewed |= fresh.keys()


def settings_of(recipe: Recipe, settings: RetrieverSettings) -> RetrieverSettings:
    """The retriever's settings with what the recipe says in their place."""
    said = RetrievalOptions.model_validate(recipe.options).model_dump(include=set(recipe.options))
    return settings.model_copy(update=said)


def retriever(
    settings: RetrieverSettings,
    *,
    encode: Encode,
    encoder: str,
    chunks: ChunkSearch,
    announcements: Announcements,
    folder: Path | None = None,
    keep: Retention = FOREVER,
) -> tuple[Retrieve, Views]:
    """One retriever and the view that it waits for; the view holds what its snapshot held and no more yet."""
    assembly = Assembly(
        settings,
        encode=encode,
        encoder=encoder,
        chunks=chunks,
        announcements=lambda: announcements,
        folder=folder,
        keep=keep,
    )
    return assembly.usual, assembly.view


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
