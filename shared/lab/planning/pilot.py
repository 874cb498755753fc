"""What results of a pilot let a plan assume: rates, how alike arms and documents are, how far trainings differ."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean

import numpy as np

from shared.lab.report.material import Material
from shared.lab.report.scores import Scores, arms_of, clusters_of, scores_of
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.statistics.planning import Assumptions, Pair


def assumed(material: Material, arms: Sequence[str] = ()) -> Assumptions:
    """The assumptions that a pilot supports, of all its arms or of those that are named.

    The deviation between trainings is 0 where there was one run, which tells nothing of it. ValueError: an arm is not
    in the results, or nothing of them is scored.
    """
    scores = scores_of(material.results).get(HEADLINE, {})
    chosen = list(arms) or [arm for arm in arms_of(material.results, material.contest) if scores.get(arm)]
    if unknown := [arm for arm in chosen if not scores.get(arm)]:
        raise ValueError(f"no scores of {', '.join(unknown)} in {material.read_from}; scored are {', '.join(scores)}")
    if not chosen:
        raise ValueError(f"nothing in {material.read_from} is scored, so that no plan can be made from it")
    mine = {arm: scores[arm] for arm in chosen}
    trained = tuple(arm for arm in chosen if _was_trained(arm, material.results))
    clusters = clusters_of(material.results, material.asked)
    asked = {item: material.asked.get(item, item) for column in mine.values() for item in column}
    return Assumptions(
        rates={arm: fmean(column.values()) for arm, column in mine.items()},
        alike={pair: _correlation(mine, pair) for pair in combinations(chosen, 2)},
        per_document=len(set(asked.values())) / len({clusters[item] for item in asked}),
        within=_within(mine, clusters, material.runs),
        trained=trained,
        deviation=_deviation([mine[arm] for arm in trained], material.runs),
    )


def _was_trained(arm: str, results: Sequence[Result]) -> bool:
    return any(arm in result.answers and result.answers[arm].answer.adapter is not None for result in results)


def _correlation(scores: Scores, pair: Pair) -> float:
    """Of two arms on the questions of both; 0 where one of them does not vary."""
    first, second = (scores[arm] for arm in pair)
    common = sorted(first.keys() & second.keys())
    values = np.array([[column[item] for item in common] for column in (first, second)])
    if len(common) < 2 or not values.std(axis=1).all():
        return 0.0
    return float(np.corrcoef(values)[0, 1])


def _within(scores: Scores, clusters: Mapping[str, str], runs: Mapping[str, str]) -> float:
    """The correlation of an arm's scores on two questions of one document, over all arms; at least 0."""
    shared = pairs = squares = count = 0.0
    for column in scores.values():
        mean = fmean(column.values())
        groups: dict[tuple[str, str], list[float]] = defaultdict(list)
        for item, value in column.items():
            groups[clusters[item], runs.get(item, "")].append(value - mean)
        for group in groups.values():
            own = sum(value**2 for value in group)
            shared += sum(group) ** 2 - own
            pairs += len(group) * (len(group) - 1)
            squares += own
            count += len(group)
    if not pairs or not squares:
        return 0.0
    return min(1.0, max(0.0, (shared / pairs) / (squares / count)))


def _deviation(columns: Sequence[Mapping[str, float]], runs: Mapping[str, str]) -> float:
    """Between the runs' means, over the trained arms; chance over questions is in it, since a new run answers anew."""
    variances = list[float]()
    for column in columns:
        by_run: dict[str, list[float]] = defaultdict(list)
        for item, value in column.items():
            by_run[runs.get(item, "")].append(value)
        if len(by_run) > 1:
            variances.append(float(np.var([fmean(values) for values in by_run.values()], ddof=1)))
    return float(np.sqrt(fmean(variances))) if variances else 0.0
