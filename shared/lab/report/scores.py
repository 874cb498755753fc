"""Results as the numbers that statistics take: scores, slices, and which questions hang together."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from shared.messages import ContestTaken, Question, Result
from shared.standings import ALL, marks_of
from shared.statistics.clusters import Clusters, layout, links_of
from shared.statistics.intervals import Interval, mean_interval, share_limits

K = TypeVar("K", bound=Hashable)
Scores = dict[str, dict[str, float]]  # arm -> question id -> value


def arms_of(results: Iterable[Result], contest: ContestTaken) -> list[str]:
    """Every arm that was asked: those of the contest in its order, then others by name."""
    asked = {arm for result in results for arm in (*result.answers, *result.missing)}
    competing = list(contest.arm_names)
    return [*(arm for arm in competing if arm in asked), *sorted(asked.difference(competing))]


def scores_of(results: Iterable[Result]) -> dict[str, Scores]:
    """Metric -> arm -> question id -> value. A missing answer has what the result says an unanswered question scores.

    A question is absent where the metric does not apply to it. `abstained`, `failed` and `missing` are 0 or 1.
    """
    by_metric: dict[str, Scores] = defaultdict(lambda: defaultdict(dict))
    for result in results:
        for arm, values in marks_of(result).values.items():
            for metric, value in values.items():
                by_metric[metric][arm][result.question.question_id] = value
    return {metric: dict(by_arm) for metric, by_arm in by_metric.items()}


def slices_of(results: Sequence[Result]) -> dict[str, set[str]]:
    """Slice -> question ids: `all` first, then those that questions name, by name."""
    by_slice: dict[str, set[str]] = defaultdict(set)
    for result in results:
        by_slice[result.question.slice].add(result.question.question_id)
    by_slice.pop(ALL, None)
    everything = {result.question.question_id for result in results}
    return {ALL: everything} | {name: by_slice[name] for name in sorted(by_slice)}


def clusters_of(results: Iterable[Result], asked: Mapping[str, str] | None = None) -> Clusters:
    """Question id -> its cluster: questions that share a gold document, also through a third, are one cluster.

    What two questions on one document have in common (how hard it is, whether it was found) would otherwise be
    counted twice. A question without gold documents is a cluster of its own, together with its repetitions: those that
    have the same id by `asked`.
    """
    return Clusters({result.question.question_id: _links(result.question, asked or {}) for result in results})


def _links(question: Question, asked: Mapping[str, str]) -> list[str]:
    name = asked.get(question.question_id, question.question_id)
    return [f"question {name}", *(f"document {name}" for name in question.gold_document_ids)]


def within(scores: Mapping[str, float], questions: Iterable[str]) -> dict[str, float]:
    """The scores of some questions, in a fixed order."""
    return {question_id: scores[question_id] for question_id in sorted(questions) if question_id in scores}


def interval_of(scores: Mapping[str, float], clusters: Mapping[str, str]) -> Interval:
    """The mean of scores by question id, with its 95 % interval over clusters of questions."""
    return intervals_of({"": scores}, clusters)[""]


def intervals_of(
    columns: Mapping[K, Mapping[str, float]], clusters: Mapping[str, str], runs: Mapping[str, str] | None = None
) -> dict[K, Interval]:
    """The same for many columns; those over the same questions are counted together, which is much quicker.

    With `runs`, question id -> its run, also over runs.
    """
    together: dict[tuple[str, ...], list[K]] = defaultdict(list)
    for key, column in columns.items():
        together[tuple(sorted(column))].append(key)
    intervals: dict[K, Interval] = {}
    for questions, keys in together.items():
        if not questions:
            intervals |= dict.fromkeys(keys, mean_interval([]))
            continue
        values = np.array([[columns[key][question_id] for key in keys] for question_id in questions], dtype=np.float64)
        limits = share_limits(values, layout(questions, links_of(clusters), runs))
        rows = zip(keys, values.mean(axis=0), *limits, strict=True)
        intervals |= {key: Interval(len(values), float(mean), float(low), float(high)) for key, mean, low, high in rows}
    return {key: intervals[key] for key in columns}
