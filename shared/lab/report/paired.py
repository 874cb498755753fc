"""Paired comparisons beside those of all arms: chosen pairs, by columns that are counted for the purpose."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.contests.parts import Square, search_against_memory
from shared.lab.report.design import simple
from shared.lab.report.scores import K, Scores, intervals_of
from shared.messages import ContestTaken, Result
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval

Pair = tuple[str, str]


def paired(
    columns: Mapping[str, Scores], pairs: Sequence[Pair], clusters: Mapping[str, str], *, lower: Collection[str] = ()
) -> list[Comparison]:
    """Each pair by each measure of `columns`, all one family; a pair without common questions is left out."""
    arms = {arm for by_arm in columns.values() for arm, column in by_arm.items() if column}
    known = list(dict.fromkeys(pair for pair in pairs if arms.issuperset(pair)))
    if not known:
        return []
    comparisons = compare(columns, pairs=known, clusters=clusters, lower_is_better=lower)
    return [comparison for comparison in comparisons if comparison.n]


def each(sides: Mapping[str, Scores], clusters: Mapping[str, str]) -> list[Comparison]:
    """Each entry's two sides held against each other, all entries one family."""
    return compare(sides, clusters=clusters)


def shares_of(columns: Mapping[K, Mapping[str, float]], clusters: Mapping[str, str]) -> dict[K, Interval]:
    """The means of columns that are shares of 1, though single values of theirs may lie outside."""
    return {
        key: Interval(told.n, told.mean, max(0.0, told.low), min(1.0, told.high))
        for key, told in intervals_of(columns, clusters).items()
    }


def telling(contest: ContestTaken, square: Square) -> list[Pair]:
    """The pairs that a sentence is said of: those with one cause to tell apart, and retrieval against memory."""
    alone = [(more, less) for _, more, less in simple(square)]
    known = {frozenset(pair) for pair in alone}
    return alone + [pair for pair in search_against_memory(contest.arms) if frozenset(pair) not in known]


def answerable(results: Iterable[Result]) -> set[str]:
    """Questions that have an accepted answer."""
    return {result.question.question_id for result in results if result.question.references}


def unanswerable(results: Iterable[Result]) -> set[str]:
    """Questions where abstaining is right."""
    return {result.question.question_id for result in results if result.question.references == ()}
