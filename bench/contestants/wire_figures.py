"""Figures of the wires part, counted from its lines, and the bars that a recipe is held against.

Trainings are a sample, each of one wire and one seed, and so are the documents that questions depend on: an interval
holds for other trainings on other wires of this kind, as far as so few of them can say.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from bench.contestants.records import Asked, WireUnit
from bench.contestants.wires import GENERAL
from shared.lab.wires.wire import SLICES
from shared.statistics.clusters import layout
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval, mean_interval, share_limits

LEARNED = {1: 0.40, 2: 0.60}
"""Least share of learned facts right from memory, by the wordings of a fact; four wordings are held to that of two."""
GENERAL_KEPT, PERPLEXITY_RISE, MOST_TOKENS = 0.79, 1.2, 60_000
Value = Callable[[Asked], float | None]


@dataclass(frozen=True)
class Bar:
    """What a recipe must reach, by the mean over trainings: `value` against `bar`."""

    name: str
    value: float
    bar: float
    at_least: bool
    low: float | None = None
    high: float | None = None

    @property
    def holds(self) -> bool:
        return self.value >= self.bar if self.at_least else self.value <= self.bar


@dataclass(frozen=True)
class Group:
    """The trainings of one recipe on wires of equally many wordings, and the bases of those wires by wire."""

    recipe: str
    wordings: int
    trained: Sequence[WireUnit]
    bases: Mapping[str, WireUnit]

    def share(self, arm: str, kind: str, value: Value = lambda one: one.right, *, base: bool = False) -> Interval:
        """Of an arm's questions of a kind, trainings and documents as samples."""
        units = self.bases.values() if base else self.trained
        found = [(unit, one, value(one)) for unit in units for one in unit.asked if _is(one, arm, kind)]
        known = [(_run(unit), f"{unit.wire} {one.fact or one.question.question_id}", score)
                 for unit, one, score in found if score is not None]  # fmt: skip
        if not known:
            return Interval(0, None, 0.0, 1.0)
        items = [str(place) for place in range(len(known))]
        links = {item: (document,) for item, (_, document, _) in zip(items, known, strict=True)}
        runs = None if base else {item: run for item, (run, _, _) in zip(items, known, strict=True)}
        values = np.array([[score] for _, _, score in known])
        low, high = share_limits(values, layout(items, links, runs))
        return Interval(len(known), float(values.mean()), float(low[0]), float(high[0]))

    def perplexity_rise(self) -> Interval:
        """How many times the base's, over trainings."""
        rises = [_perplexity(unit) / _perplexity(self.bases[unit.wire]) for unit in self.trained]
        return mean_interval(rises, lowest=0.0, highest=max(10.0, *rises))

    def reading(self) -> list[Comparison]:
        """`tuned+rag` against `base+rag`, over all questions and by kind, trainings as a sample."""
        scores: dict[str, dict[str, float]] = {"tuned+rag": {}, "base+rag": {}}
        kinds: dict[str, set[str]] = {kind: set() for kind in SLICES}
        links, runs = {}, {}
        for unit in self.trained:
            for arm, asked in (("tuned+rag", unit.asked), ("base+rag", self.bases[unit.wire].asked)):
                for key, one in _in_slices(unit, arm, asked):
                    scores[arm][key] = one.right or 0.0
                    kinds[one.kind].add(key)
                    links[key], runs[key] = (f"{unit.wire} {one.fact}",), _run(unit)
        return compare(
            {"right": scores}, slices=kinds, links=links, runs=runs, trained=["tuned+rag"],
            pairs=[("tuned+rag", "base+rag")],
        )  # fmt: skip

    def bars(self) -> Iterator[Bar]:
        """What is asked of a recipe, each with whether it holds."""
        learned = self.share("tuned", "learned", lambda one: one.right_unruled)
        yield Bar("learned facts from memory", learned.mean or 0.0, LEARNED.get(self.wordings, 0.60), True,
                  learned.low, learned.high)  # fmt: skip
        general = [self.share(arm, GENERAL, lambda one: one.right_unruled, base=arm == "base").mean or 0.0
                   for arm in ("tuned", "base")]  # fmt: skip
        yield Bar("general questions, share of the base's", general[0] / general[1] if general[1] else math.nan,
                  GENERAL_KEPT, True)  # fmt: skip
        rise = self.perplexity_rise()
        yield Bar("perplexity of new stories, times the base's", rise.mean or 0.0, PERPLEXITY_RISE, False,
                  rise.low, rise.high)  # fmt: skip
        for pair in self.reading():
            if pair.n and pair.slice != "all" and pair.difference is not None:
                least = 1e-9 if pair.slice == "learned" else 0.0
                yield Bar(f"tuned+rag over base+rag, {pair.slice}", pair.difference, least, True, pair.low, pair.high)
        tokens = [unit.training_tokens for unit in self.trained]
        yield Bar("training tokens, the most", max(tokens), MOST_TOKENS, False, min(tokens), fmean(tokens))


def groups(units: Sequence[WireUnit]) -> Iterator[Group]:
    """By recipe and wordings; a training whose wire's base is not measured yet waits."""
    bases = {unit.wire: unit for unit in units if unit.seed is None}
    trained = [unit for unit in units if unit.seed is not None and unit.wire in bases]
    for recipe, wordings in sorted({(unit.recipe, unit.wordings) for unit in trained}):
        of = [unit for unit in trained if (unit.recipe, unit.wordings) == (recipe, wordings)]
        yield Group(recipe, wordings, of, {unit.wire: bases[unit.wire] for unit in of})


def _is(one: Asked, arm: str, kind: str) -> bool:
    return one.answer.arm == arm and one.kind == kind


def _in_slices(unit: WireUnit, arm: str, asked: Sequence[Asked]) -> Iterator[tuple[str, Asked]]:
    for one in asked:
        if one.answer.arm == arm and one.kind in SLICES:
            yield f"{_run(unit)} {one.question.question_id}", one


def _run(unit: WireUnit) -> str:
    return f"{unit.wire}/{unit.seed}"


def _perplexity(unit: WireUnit) -> float:
    return math.exp(unit.nats / unit.nats_tokens)
