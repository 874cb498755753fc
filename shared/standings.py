"""How the arms stand: means with 95 % intervals over many results, and the difference between two arms.

Method: `shared/bootstrap.py`; every arm and metric of a slice is resampled with the same questions. With n = 0
nothing is known: a standing has no entry, a difference spans the whole scale.

Every metric lies in [0, 1]. An arm that did not answer in time counts with what the result says an unanswered
question scores, so that slowness cannot improve an average; `abstained`, `failed` and `missing` are shares of
all its questions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shared.bootstrap import Floats, estimates
from shared.messages import Estimate, Result, Standing

ALL = "all"
STATES = ("abstained", "failed", "missing")


@dataclass(frozen=True)
class Marks:
    """What is counted of one result: arm -> metric -> value, without the texts."""

    slice: str
    scored_at: datetime
    values: Mapping[str, Mapping[str, float]]
    metric_versions: Mapping[str, str]


def newest(results: Iterable[Result]) -> dict[str, Result]:
    """The result of each question that stands: the highest version, wherever among the results it comes."""
    found: dict[str, Result] = {}
    for result in results:
        known = found.get(result.question.question_id)
        if known is None or result.result_version >= known.result_version:
            found[result.question.question_id] = result
    return found


def marks_of(result: Result) -> Marks:
    """The numbers of a result, each arm's scores and states; a missing arm has what `unanswered` says."""
    values = {arm: {**one.scores, **_states(one.answer.status)} for arm, one in result.answers.items()}
    values |= {arm: {**result.unanswered, **_states("missing")} for arm in result.missing}
    return Marks(result.question.slice, result.scored_at, values, result.metric_versions)


def standings(results: Iterable[Result], arms: Sequence[str]) -> list[Standing]:
    """The standing of each slice, `all` first, then by name; empty without results. See `tally`.

    A question counts once, by its newest version.
    """
    return tally(map(marks_of, newest(results).values()), arms)


def tally(marks: Iterable[Marks], arms: Sequence[str]) -> list[Standing]:
    """Standings of marks; `counted_at` is when the newest of them was scored.

    A metric is absent where it applied to no question. Costs 2,000 draws x questions x metrics multiplications.
    """
    slices: dict[str, list[Marks]] = defaultdict(list)
    for one in marks:
        slices[ALL].append(one)
        if one.slice != ALL:
            slices[one.slice].append(one)
    return [_standing(name, slices[name], arms) for name in sorted(slices, key=lambda name: (name != ALL, name))]


def paired_difference(
    results: Iterable[Result], *, metric: str, arm_a: str, arm_b: str, slice_name: str = ALL
) -> Estimate:
    """Mean of `metric` of arm a minus arm b, in [-1, 1], over the questions of the slice that have both.

    A question counts once, by its newest version. The bootstrap resamples questions, so that what makes a question
    hard for both arms cancels out.
    """
    counted = [one.values for one in map(marks_of, newest(results).values()) if slice_name in (ALL, one.slice)]
    pairs = [(values.get(arm_a, {}).get(metric), values.get(arm_b, {}).get(metric)) for values in counted]
    differences = [a - b for a, b in pairs if a is not None and b is not None]
    return estimates(np.array(differences, dtype=np.float64).reshape(-1, 1), lowest=-1.0)[0]


def _states(state: str) -> dict[str, float]:
    return {name: float(name == state) for name in STATES}


def _standing(name: str, marks: Sequence[Marks], arms: Sequence[str]) -> Standing:
    return Standing(
        slice=name,
        arms=_by_arm(marks, arms),
        metric_versions=_versions(marks),
        counted_at=max(one.scored_at for one in marks),
    )


def _by_arm(marks: Sequence[Marks], arms: Sequence[str]) -> dict[str, dict[str, Estimate]]:
    """Columns that apply to the same questions are resampled together."""
    together: dict[bytes, list[tuple[str, str, Floats]]] = defaultdict(list)
    for arm in arms:
        for metric in sorted({metric for one in marks for metric in one.values.get(arm, {})}):
            column = np.array([one.values.get(arm, {}).get(metric, np.nan) for one in marks], dtype=np.float64)
            applies = ~np.isnan(column)
            together[applies.tobytes()].append((arm, metric, column[applies]))
    found: dict[str, dict[str, Estimate]] = {arm: {} for arm in arms}
    for columns in together.values():
        found_together = estimates(np.column_stack([column for _, _, column in columns]))
        for (arm, metric, _), estimate in zip(columns, found_together, strict=True):
            found[arm][metric] = estimate
    return found


def _versions(marks: Sequence[Marks]) -> dict[str, str]:
    """Each metric's version; where results of several versions are counted together, all of them are said."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in marks:
        for metric, version in one.metric_versions.items():
            seen[metric].add(version)
    return {metric: "+".join(sorted(versions)) for metric, versions in sorted(seen.items())}
