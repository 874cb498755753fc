"""Paired comparisons beside those of all arms: chosen pairs, by columns that are counted for the purpose."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores
from shared.messages import Result
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval

Pair = tuple[str, str]


def paired(
    columns: Mapping[str, Scores],
    pairs: Sequence[Pair],
    rule: Rule,
    *,
    lower: Collection[str] = (),
    margin: bool = True,
) -> list[Comparison]:
    """Each pair by each measure of `columns`, all one family; a pair without common questions is left out."""
    arms = {arm for by_arm in columns.values() for arm, column in by_arm.items() if column}
    known = list(dict.fromkeys(pair for pair in pairs if arms.issuperset(pair)))
    if not known:
        return []
    comparisons = rule.compare(columns, pairs=known, lower_is_better=lower, margin=margin)
    return [comparison for comparison in comparisons if comparison.n]


def each(sides: Mapping[str, Scores], rule: Rule) -> list[Comparison]:
    """Each entry's two sides held against each other, all entries one family."""
    return rule.compare(sides)


def shares_of(columns: Mapping[Pair, Mapping[str, float]], rule: Rule) -> dict[Pair, Interval]:
    """The means of columns by (what, arm) that are shares of 1, though single values of theirs may lie outside."""
    return {
        key: Interval(told.n, told.mean, max(0.0, told.low), min(1.0, told.high))
        for key, told in rule.intervals(columns).items()
    }


def answerable(results: Iterable[Result]) -> set[str]:
    """Questions that have an accepted answer."""
    return {result.question.question_id for result in results if result.question.references}


def unanswerable(results: Iterable[Result]) -> set[str]:
    """Questions where abstaining is right."""
    return {result.question.question_id for result in results if result.question.references == ()}
