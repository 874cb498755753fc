"""Putting a retriever together from its settings: the same for the service, for explaining and for measuring."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from services.retriever.completing import Completing
from services.retriever.handler import Retrieve
from services.retriever.held import HeldVectors
from services.retriever.ports import Announcements, Encode, Knowledge, Rank, Rephrase, Search
from services.retriever.recipes import RetrieveByContest
from services.retriever.serving import Announced, Serving
from services.retriever.settings import RetrieverSettings
from services.retriever.unsettled import OneCopy, Unsettled
from services.retriever.unsettled_names import UnsettledNames
from services.retriever.variants import PACKAGE, Indexes, rankers, searches
from services.retriever.views import Views
from shared import plugins, topology
from shared.bus import Bus
from shared.contests.calendar import Calendar
from shared.contests.options import RetrievalOptions
from shared.copies import Copied, CopiedChunks
from shared.messages import EvidenceFound, Recipe
from shared.retention import FOREVER, Retention
from shared.runner import Runner
from shared.settings import EncoderSettings
from shared.stored import ChunkSearch
from shared.topology import MiB


@dataclass(frozen=True)
class Ports:
    """What the service needs from outside. `contests` knows all announced before the call, `keep` has the clock.

    `chunks` gives an encoder's table, and `folder` where its word indexes are kept, by the encoder's name; without a
    folder they are in memory. `follows`: they are kept up in threads of their own; else whoever waits for them reads.
    """

    bus: Bus
    encoders: Announced
    chunks: Callable[[str], CopiedChunks]
    announcements: Callable[[], Announcements]
    contests: Callable[[], Calendar]
    folder: Callable[[str], Path | None]
    keep: Retention = FOREVER
    follows: bool = True


def assemble(ports: Ports, settings: RetrieverSettings, *, encoder: EncoderSettings) -> Runner[EvidenceFound]:
    """The service as it ships, its word indexes complete; `encoder` serves until another is announced.

    Raises ValueError for an unknown variant, and what the encoder raises where it cannot be loaded.
    """
    serving = Serving(ports.encoders, encoder, ports.chunks)
    assembly = Assembly(
        settings,
        encode=serving.encoder.encode,
        encoder=serving.encoder.name,
        chunks=serving,
        copied=serving,
        announcements=ports.announcements,
        folder=ports.folder(serving.encoder.name) if settings.snapshot else None,
        keep=ports.keep,
        recipes=ports.contests().at(ports.keep.now()).recipes_in_use(),
    )
    serving.switched = assembly.copies.read_again
    assembly.view.catch_up()
    if ports.follows:
        assembly.view.follow(threading.Event())
    return Runner(
        service=ports.bus.name,
        source=ports.bus.source([topology.QUESTIONS]),
        handle=serving.before(RetrieveByContest(assembly.usual, assembly.of, ports.contests)),
        sinks=[ports.bus.sink(topology.EVIDENCE, published)],
        dead_letters=ports.bus.dead_letters(),
        limit=settings.batch,
    )


def published(evidence: EvidenceFound) -> list[EvidenceFound]:
    """Evidence goes out as it is."""
    return [evidence]


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
        copied: Copied | None = None,
    ) -> None:
        self._settings = settings
        self._indexes = Indexes(settings, folder)
        self._viewed: set[str] = set()
        self._searches: dict[tuple[object, ...], Search] = {}
        self.copies: OneCopy | Unsettled = OneCopy()
        if copied is not None and copied.copies > 1:
            held = HeldVectors(settings.held_mib * MiB)
            self.copies = Unsettled(copied, held, UnsettledNames(folder))
            chunks = Completing(chunks, lambda: held.now)
        self._knowledge = Knowledge(chunks, self._indexes)
        self.view = Views(announcements, chunks, keep, copies=self.copies)
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
    options = RetrievalOptions.model_validate(recipe.options).model_dump(include=set(recipe.options))
    return settings.model_copy(update=options)


def retriever(
    settings: RetrieverSettings,
    *,
    encode: Encode,
    encoder: str,
    chunks: ChunkSearch,
    announcements: Announcements,
    folder: Path | None = None,
    keep: Retention = FOREVER,
    copied: Copied | None = None,
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
        copied=copied,
    )
    return assembly.usual, assembly.view
