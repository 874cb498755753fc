"""Figures of the wires part, counted from its lines, and the bars that a recipe is held against.

Trainings are a sample, each of one wire and one seed, and so are the documents that questions depend on: an interval
holds for other trainings on other wires of this kind, as far as so few of them can say.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from bench.contestants.general import GENERAL
from bench.contestants.identity import RecipeUsed
from bench.contestants.records import Asked, WireUnit
from shared.lab.wires.wire import SLICES
from shared.statistics.clusters import layout
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval, mean_interval, share_limits

LEARNED = {1: 0.40, 2: 0.60}
"""Least share of learned facts right from memory, by the wordings of a fact; four wordings are held to that of two."""
GENERAL_KEPT, PERPLEXITY_RISE, MOST_TOKENS = 0.79, 1.2, 60_000
Value = Callable[[Asked], float | None]


def _right(asked: Asked) -> float | None:
    return asked.right


def _right_unruled(asked: Asked) -> float | None:
    return asked.right_unruled


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
    """The trainings of one recipe in one setup on wires of equally many wordings, and the bases of those wires."""

    recipe: RecipeUsed
    setup: str
    wordings: int
    trained: Sequence[WireUnit]
    bases: Mapping[str, WireUnit]

    def share(self, arm: str, kind: str, value: Value = _right, *, base: bool = False) -> Interval:
        """Of an arm's questions of a kind, trainings and documents as samples."""
        units = self.bases.values() if base else self.trained
        scored = [(unit, asked, value(asked)) for unit in units for asked in unit.asked if _is(asked, arm, kind)]
        known = [(_run(unit), _depends_on(unit, asked), score) for unit, asked, score in scored if score is not None]
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
        both = [(unit, self.bases[unit.news]) for unit in self.trained]
        rises = [_perplexity(unit) / _perplexity(base) for unit, base in both if unit.nats_tokens and base.nats_tokens]
        return mean_interval(rises, lowest=0.0, highest=max([10.0, *rises]))

    def general_kept(self) -> Interval:
        """Of general questions the tuned model's share right over the base's, trainings and questions as samples.

        The limits are of the ratio's linear part (delta method): an answer counts by how far it moves the ratio.
        """
        tuned, base, links, runs = {}, {}, {}, {}
        for unit in self.trained:
            of_base = {asked.question.question_id: asked for asked in self.bases[unit.news].asked
                       if _is(asked, "base", GENERAL)}  # fmt: skip
            for asked in unit.asked:
                question_id = asked.question.question_id
                if _is(asked, "tuned", GENERAL) and question_id in of_base:
                    key = f"{_run(unit)} {question_id}"
                    tuned[key], base[key] = _right_unruled(asked) or 0.0, _right_unruled(of_base[question_id]) or 0.0
                    links[key], runs[key] = (question_id,), _run(unit)
        if not any(base.values()):
            return Interval(len(base), None, 0.0, math.inf)
        mean = fmean(base.values())
        ratio = fmean(tuned.values()) / mean
        scores = {
            "tuned": {key: score / mean for key, score in tuned.items()},
            "base": {key: ratio * score / mean for key, score in base.items()},
        }
        (moved,) = compare({"ratio": scores}, links=links, runs=runs, trained=["tuned"])
        return Interval(len(base), ratio, max(0.0, ratio + (moved.low or 0.0)), ratio + (moved.high or 0.0))

    def reading(self) -> list[Comparison]:
        """`tuned+rag` against `base+rag`, over all questions and by kind, trainings as a sample."""
        scores: dict[str, dict[str, float]] = {"tuned+rag": {}, "base+rag": {}}
        kinds: dict[str, set[str]] = {kind: set() for kind in SLICES}
        links, runs = {}, {}
        for unit in self.trained:
            for arm, asked in (("tuned+rag", unit.asked), ("base+rag", self.bases[unit.news].asked)):
                for key, question in _in_slices(unit, arm, asked):
                    scores[arm][key] = question.right or 0.0
                    kinds[question.kind].add(key)
                    links[key], runs[key] = (_depends_on(unit, question),), _run(unit)
        return compare(
            {"right": scores}, slices=kinds, links=links, runs=runs, trained=["tuned+rag"],
            pairs=[("tuned+rag", "base+rag")],
        )  # fmt: skip

    def bars(self) -> Iterator[Bar]:
        """What is asked of a recipe, each with whether it holds."""
        learned = self.share("tuned", "learned", _right_unruled)
        yield Bar("learned facts from memory", learned.mean or 0.0, LEARNED.get(self.wordings, 0.60), True,
                  learned.low, learned.high)  # fmt: skip
        general = self.general_kept()
        yield Bar("general questions, share of the base's", _or_nan(general),
                  GENERAL_KEPT, True, general.low, general.high)  # fmt: skip
        rise = self.perplexity_rise()
        yield Bar("perplexity of new stories, times the base's", _or_nan(rise), PERPLEXITY_RISE, False,
                  rise.low, rise.high)  # fmt: skip
        for pair in self.reading():
            if pair.n and pair.slice != "all" and pair.difference is not None:
                least = 1e-9 if pair.slice == "learned" else 0.0
                yield Bar(f"tuned+rag over base+rag, {pair.slice}", pair.difference, least, True, pair.low, pair.high)
        tokens = [unit.training_tokens for unit in self.trained]
        yield Bar("training tokens, the most", max(tokens), MOST_TOKENS, False)


def groups(units: Sequence[WireUnit]) -> Iterator[Group]:
    """By recipe, setup and wordings; a training whose wire's base is not measured yet waits."""
    bases = {(unit.setup, unit.news): unit for unit in units if unit.recipe is None}
    alike: dict[tuple[RecipeUsed, str, int], list[WireUnit]] = {}
    for unit in units:
        if unit.recipe is not None and (unit.setup, unit.news) in bases:
            alike.setdefault((unit.recipe, unit.setup, unit.wordings), []).append(unit)
    for (recipe, setup, wordings), trained in sorted(alike.items(), key=lambda item: (str(item[0][0]), *item[0][1:])):
        yield Group(recipe, setup, wordings, trained, {unit.news: bases[setup, unit.news] for unit in trained})


def _or_nan(measured: Interval) -> float:
    """Where nothing is measured no bar holds."""
    return math.nan if measured.mean is None else measured.mean


def _is(asked: Asked, arm: str, kind: str) -> bool:
    return asked.answer.arm == arm and asked.kind == kind


def _in_slices(unit: WireUnit, arm: str, asked: Sequence[Asked]) -> Iterator[tuple[str, Asked]]:
    for question in asked:
        if question.answer.arm == arm and question.kind in SLICES:
            yield f"{_run(unit)} {question.question.question_id}", question


def _depends_on(unit: WireUnit, asked: Asked) -> str:
    """The document of the wire; of a general question itself, which is the same on every wire."""
    return asked.question.question_id if asked.kind == GENERAL else f"{unit.news} {asked.fact}"


def _run(unit: WireUnit) -> str:
    return f"{unit.news}/{unit.seed}"


def _perplexity(unit: WireUnit) -> float:
    return math.exp(unit.nats / unit.nats_tokens)
