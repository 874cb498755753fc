"""Figures of the drift part, counted from its lines: shares right with intervals, and what knowing the news cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from bench.contestants.editions import KINDS
from bench.contestants.general import GENERAL
from bench.contestants.identity import RecipeUsed
from bench.contestants.records import Asked, DriftUnit
from shared.lab.wires import consistency
from shared.lab.wires.consistency import Consistency, NowAndThen
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval, mean_interval

MEASURED_AGAINST = "base+rag"
Units = Sequence[DriftUnit]


@dataclass(frozen=True)
class Correcting:
    """Of `n` corrected facts the shares that came out right and that still had the old value; median seconds to it."""

    n: int
    right: Interval
    old: Interval
    seconds: float | None


@dataclass(frozen=True)
class Figures:
    """Of one contestant over all its editions. Seconds of updates are of one edition, the first one apart."""

    contestant: str
    recipe: RecipeUsed | None
    editions: int
    right: Mapping[str, Interval]
    says_old: Interval
    correcting: Correcting
    first_update_s: float
    update_s: float | None
    update_tokens: float
    question_s: float
    prompt_tokens: float
    held_bytes: int
    peak_mib: int | None
    forgotten: Interval
    consistency: Consistency | None


def by_contestant(units: Units) -> dict[str, list[DriftUnit]]:
    """In the order of their first lines; units by edition. One measured by several recipes is told apart by them."""
    recipes: dict[str, set[RecipeUsed | None]] = {}
    for unit in units:
        recipes.setdefault(unit.contestant, set()).add(unit.recipe)
    by_name: dict[str, list[DriftUnit]] = {}
    for unit in units:
        several = len(recipes[unit.contestant]) > 1
        name = f"{unit.contestant} by {unit.recipe}" if several else unit.contestant
        by_name.setdefault(name, []).append(unit)
    return {name: sorted(of_name, key=lambda unit: unit.edition) for name, of_name in by_name.items()}


def figures(name: str, units: Units) -> Figures:
    """Of the units of one contestant, by edition; at least one."""
    asked = [question for unit in units for question in unit.asked]
    later = [unit for unit in units if unit.edition > 1]
    changed = [question for question in asked if question.kind in ("corrected", "updated")]
    spoken = [question for question in asked if question.answer.status != "skipped"]
    of_kind = {kind: [question for question in asked if question.kind == kind] for kind in (*KINDS, GENERAL)}
    return Figures(
        contestant=name,
        recipe=units[0].recipe,
        editions=len(units),
        right={kind: _share([(question, question.right) for question in some]) for kind, some in of_kind.items()},
        says_old=_share([(question, question.says_old) for question in changed]),
        correcting=_correcting(units),
        first_update_s=units[0].seconds,
        update_s=fmean(unit.seconds for unit in later) if later else None,
        update_tokens=fmean(unit.tokens for unit in later) if later else 0.0,
        question_s=fmean(question.seconds for question in spoken) if spoken else 0.0,
        prompt_tokens=fmean(question.answer.prompt_tokens for question in spoken) if spoken else 0.0,
        held_bytes=units[-1].held_bytes,
        peak_mib=max((unit.peak_mib for unit in units if unit.peak_mib), default=None),
        forgotten=_forgotten(units),
        consistency=consistency.measured(_now_and_then(units)),
    )


def effects(units: Units) -> list[Comparison]:
    """Every contestant against the one that all are measured against, over the questions that both were asked."""
    arms = by_contestant(units)
    if MEASURED_AGAINST not in arms:
        return []
    scores = {name: dict(_scores(of_arm)) for name, of_arm in arms.items()}
    every = {key: asked for of_arm in arms.values() for key, asked in _keyed(of_arm)}
    return compare(
        {"right": scores},
        slices={kind: {key for key, asked in every.items() if asked.kind == kind} for kind in (*KINDS, GENERAL)},
        links={key: (_depends_on(asked),) for key, asked in every.items()},
        trained=[name for name, of_arm in arms.items() if of_arm[0].changes_weights],
        pairs=[(name, MEASURED_AGAINST) for name in arms if name != MEASURED_AGAINST],
    )


def _correcting(units: Units) -> Correcting:
    corrected = [correction for unit in units for correction in unit.corrected]
    right = [correction.seconds for correction in corrected if correction.asked.right]
    return Correcting(
        len(corrected),
        _share([(correction.asked, correction.asked.right) for correction in corrected]),
        _share([(correction.asked, correction.asked.says_old) for correction in corrected]),
        median(right) if right else None,
    )


def _forgotten(units: Units) -> Interval:
    """Of facts that were right once and were asked for again while they held: the share that is wrong at last."""
    seen: dict[str, list[Asked]] = {}
    for unit in units:
        for asked in unit.asked:
            if asked.kind in ("old", "new", GENERAL) and asked.right is not None:
                seen.setdefault(asked.question.question_id, []).append(asked)
    known = [
        (last, 1.0 - (last.right or 0.0)) for *earlier, last in seen.values() if any(asked.right for asked in earlier)
    ]
    return _share(known)


def _now_and_then(units: Units) -> Iterator[NowAndThen]:
    """The facts of each edition that were asked for as of now and as of a day before they changed."""
    for unit in units:
        now = {asked.fact: asked for asked in unit.asked if asked.kind == "updated"}
        for past in (asked for asked in unit.asked if asked.kind == "past" and asked.fact in now):
            updated = now[past.fact]
            if "skipped" not in (updated.answer.status, past.answer.status):
                yield NowAndThen(updated.question, updated.answer, past.question, past.answer)


def _keyed(units: Units) -> Iterator[tuple[str, Asked]]:
    for unit in units:
        for asked in unit.asked:
            yield f"{unit.edition} {asked.kind} {asked.question.question_id}", asked


def _scores(units: Units) -> Iterator[tuple[str, float]]:
    for key, asked in _keyed(units):
        if asked.right is not None:
            yield key, asked.right


def _depends_on(asked: Asked) -> str:
    """The story that a question is about; answers about one are not independent, whatever the edition."""
    return asked.fact.split()[0] if asked.fact else asked.question.question_id


def _share(values: Sequence[tuple[Asked, float | None]]) -> Interval:
    """Of what was asked, with stories as clusters."""
    known = [(asked, value) for asked, value in values if value is not None]
    return mean_interval([value for _, value in known], [_depends_on(asked) for asked, _ in known])
