"""A question answered once for each recipe of its contest: encoded once, and equal searches made once.

Where an arm of the contest is given the gold passages, they are one more answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import structlog

from services.retriever import gold
from services.retriever.handler import Retrieve, asked_of
from services.retriever.ports import Encode, Ranked, Search, SearchQuery
from shared.contests.calendar import Calendar
from shared.messages import EvidenceFound, Question, Recipe
from shared.records import Effect, Record, effect
from shared.scope import Scope
from shared.stored import Vector

log = structlog.get_logger()


@dataclass(frozen=True)
class RetrieveByContest:
    """The handler over all recipes. `of` makes a recipe's retriever; `contests` knows all announced before the call."""

    usual: Retrieve
    of: Callable[[Recipe], Retrieve]
    contests: Callable[[], Calendar]

    @classmethod
    def alone(cls, retrieve: Retrieve) -> "RetrieveByContest":
        """One retriever for every recipe of the shipped contest: where no contest can be announced."""
        return cls(retrieve, lambda _: retrieve, Calendar)

    def encoded_by(self, encode: Encode, encoder: str) -> "RetrieveByContest":
        """The same, by another encoder."""
        of = self.of
        return replace(
            self,
            usual=replace(self.usual, encode=encode, encoder=encoder),
            of=lambda recipe: replace(of(recipe), encode=encode, encoder=encoder),
        )

    def __call__(self, batch: Sequence[Record[Question]]) -> Iterator[Effect[EvidenceFound]]:
        started = self.usual.clock()
        ends = self.usual.view.ends()  # after the batch came: whatever was acknowledged before a question lies below
        calendar = self.contests()
        plans = [list(self._plans(record, calendar)) for record in batch]
        vectors = self._vectors([text for of_record in plans for plan in of_record for text in plan.texts])
        shared_ms = (self.usual.clock() - started) * 1000 / len(batch)
        until = started + self.usual.settings.wait_s
        for record, of_record in zip(batch, plans, strict=True):
            once = Once(self.usual, record, ends, until)
            for plan in of_record:
                queries = [asked_of(record, text, vectors[text]) for text in plan.texts]
                yield effect(record, plan.evidence(queries, once, shared_ms))
            if (contest := calendar.at(record.appended_at)).wants_gold:
                yield effect(record, gold.evidence(record, self.usual, contest=contest.label))

    def _plans(self, record: Record[Question], calendar: Calendar) -> Iterator["Plan"]:
        contest = calendar.at(record.appended_at)
        for recipe in contest.recipes_in_use():
            retrieve = self._made(recipe)
            if isinstance(retrieve, str):
                yield Plan(record, replace(self.usual, recipe=recipe.name, contest=contest.label), problem=retrieve)
            else:
                mine = replace(retrieve, contest=contest.label)
                yield Plan(record, mine, texts=tuple(mine.queries(record.message)))

    def _made(self, recipe: Recipe) -> Retrieve | str:
        """The recipe's retriever, or why it cannot be had here: its arms then answer without passages, and say so."""
        try:
            return self.of(recipe)
        except (ValueError, OSError) as error:
            log.warning("recipe cannot be used here", recipe=recipe.name, reason=str(error))
            return f"recipe {recipe.name} cannot be used here: {error}"

    def _vectors(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        unlike = list(dict.fromkeys(texts))
        return dict(zip(unlike, self.usual.encode(unlike), strict=True)) if unlike else {}


@dataclass
class Once:
    """What is done once for a question, however many recipes there are: waiting for the view, and each search.

    Implements View for its recipes: where a document moved, searches are made again.
    """

    usual: Retrieve
    record: Record[Question]
    asked_ends: Mapping[int, int]
    until: float
    _found: dict[tuple[int, str, int], Sequence[Ranked]] = field(default_factory=dict)

    @cached_property
    def caught_up(self) -> bool:
        return self.usual.caught_up(self.record, self.asked_ends, until=self.until)

    def search(self, search: Search, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        """What the search finds; found already where it was asked the same before. A question has one scope."""
        key = id(search), query.text, limit
        if key not in self._found:
            self._found[key] = search(query, limit=limit, scope=scope)
        return self._found[key]

    def ends(self) -> Mapping[int, int]:
        return self.usual.view.ends()

    def reach(self, ends: Mapping[int, int], within_s: float) -> bool:
        return self.usual.view.reach(ends, within_s)

    def refresh(self, document_ids: Sequence[str]) -> None:
        """What was found before is worth nothing once the indexes hold these documents as they stand now."""
        self.usual.view.refresh(document_ids)
        self._found.clear()


@dataclass
class Remembering:
    """A search of one question that looks first at what was found for it already."""

    name: str
    search: Callable[..., Sequence[Ranked]]

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        return self.search(query, limit=limit, scope=scope)


@dataclass(frozen=True)
class Plan:
    """One recipe's part of a question: what is searched for, or why nothing is."""

    record: Record[Question]
    retrieve: Retrieve
    texts: tuple[str, ...] = ()
    problem: str = ""

    def evidence(self, queries: Sequence[SearchQuery], once: Once, shared_ms: float) -> EvidenceFound:
        """The evidence of this recipe."""
        if self.problem:
            return self.retrieve.nothing(self.record, self.problem)
        search = Remembering(self.retrieve.search.name, partial(once.search, self.retrieve.search))
        mine = replace(self.retrieve, search=search, view=once)
        return mine.evidence(self.record, queries, lambda: once.caught_up, shared_ms=shared_ms)
