"""Figures of the drift part, counted from its lines: shares right with intervals, and what knowing the news cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from bench.contestants.drifting import GENERAL
from bench.contestants.editions import KINDS
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
    """In the order of their first lines; units by edition."""
    sorted_units = sorted(units, key=lambda unit: unit.edition)
    return {
        name: [unit for unit in sorted_units if unit.contestant == name]
        for name in dict.fromkeys(unit.contestant for unit in units)
    }


def figures(name: str, units: Units) -> Figures:
    """Of the units of one contestant, by edition; at least one."""
    asked = [one for unit in units for one in unit.asked]
    later = [unit for unit in units if unit.edition > 1]
    changed = [one for one in asked if one.kind in ("corrected", "updated")]
    spoken = [one for one in asked if one.answer.status != "skipped"]
    return Figures(
        contestant=name,
        editions=len(units),
        right={kind: _share([(one, one.right) for one in asked if one.kind == kind]) for kind in (*KINDS, GENERAL)},
        says_old=_share([(one, one.says_old) for one in changed]),
        correcting=_correcting(units),
        first_update_s=units[0].seconds,
        update_s=fmean(unit.seconds for unit in later) if later else None,
        update_tokens=fmean(unit.tokens for unit in later) if later else 0.0,
        question_s=fmean(one.seconds for one in spoken) if spoken else 0.0,
        prompt_tokens=fmean(one.answer.prompt_tokens for one in spoken) if spoken else 0.0,
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
    scores = {name: dict(_scores(of)) for name, of in arms.items()}
    every = {key: one for of in arms.values() for key, one in _keyed(of)}
    return compare(
        {"right": scores},
        slices={kind: {key for key, one in every.items() if one.kind == kind} for kind in (*KINDS, GENERAL)},
        links={key: (_depends_on(one),) for key, one in every.items()},
        trained=[name for name, of in arms.items() if any(unit.tokens for unit in of)],
        pairs=[(name, MEASURED_AGAINST) for name in arms if name != MEASURED_AGAINST],
    )


def _correcting(units: Units) -> Correcting:
    corrected = [one for unit in units for one in unit.corrected]
    right = [one.seconds for one in corrected if one.asked.right]
    return Correcting(
        len(corrected),
        _share([(one.asked, one.asked.right) for one in corrected]),
        _share([(one.asked, one.asked.says_old) for one in corrected]),
        median(right) if right else None,
    )


def _forgotten(units: Units) -> Interval:
    """Of facts that were right once and were asked for again while they held: the share that is wrong at last."""
    seen: dict[str, list[Asked]] = {}
    for unit in units:
        for one in unit.asked:
            if one.kind in ("old", "new", GENERAL) and one.right is not None:
                seen.setdefault(one.question.question_id, []).append(one)
    known = [(of[-1], 1.0 - (of[-1].right or 0.0)) for of in seen.values() if any(one.right for one in of[:-1])]
    return _share(known)


def _now_and_then(units: Units) -> Iterator[NowAndThen]:
    """The facts of each edition that were asked for as of now and as of a day before they changed."""
    for unit in units:
        now = {one.fact: one for one in unit.asked if one.kind == "updated"}
        for then in (one for one in unit.asked if one.kind == "past" and one.fact in now):
            of = now[then.fact]
            if "skipped" not in (of.answer.status, then.answer.status):
                yield NowAndThen(of.question, of.answer, then.question, then.answer)


def _keyed(units: Units) -> Iterator[tuple[str, Asked]]:
    for unit in units:
        for one in unit.asked:
            yield f"{unit.edition} {one.kind} {one.question.question_id}", one


def _scores(units: Units) -> Iterator[tuple[str, float]]:
    for key, one in _keyed(units):
        if one.right is not None:
            yield key, one.right


def _depends_on(one: Asked) -> str:
    """The story that a question is about; answers about one are not independent, whatever the edition."""
    return one.fact.split()[0] if one.fact else one.question.question_id


def _share(values: Sequence[tuple[Asked, float | None]]) -> Interval:
    """Of what was asked, with stories as clusters."""
    known = [(one, value) for one, value in values if value is not None]
    return mean_interval([value for _, value in known], [_depends_on(one) for one, _ in known])
