"""Every pair of arms by each measure that arms are compared by, on all questions and on slices."""

from collections.abc import Mapping

from shared.contests.parts import squares
from shared.lab.report.curves import ages
from shared.lab.report.design import telling
from shared.lab.report.material import Material
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores
from shared.messages import ContestTaken
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison

UP_TO_CUTOFF, AFTER_CUTOFF = "news up to the cutoff", "news after the cutoff"


def compared(
    scores: Mapping[str, Scores], slices: Mapping[str, set[str]], rule: Rule, contest: ContestTaken
) -> list[Comparison]:
    """Every pair of arms by each measure that arms are compared by: on all questions, then on every slice.

    The headline is a family of its own, and so are the other measures together. Slices are looked at of those pairs
    that a sentence tells of, or of every pair where these leave out an arm.
    """
    chosen = {metric: scores[metric] for metric in catalogue.compared() if metric in scores}
    arms = {arm for by_arm in chosen.values() for arm in by_arm}
    told = [pair for pair in telling(squares(contest.arms)[0], contest.arms) if arms.issuperset(pair)]
    sliced = told if arms <= {arm for pair in told for arm in pair} else None
    first = {metric: by_arm for metric, by_arm in chosen.items() if metric == HEADLINE}
    others = {metric: by_arm for metric, by_arm in chosen.items() if metric != HEADLINE}
    comparisons = [
        comparison
        for family in (first, others)
        for comparison in rule.compare(family, slices=slices, sliced=sliced, lower_is_better=catalogue.where("lower"))
    ]
    return sorted(
        (comparison for comparison in comparisons if comparison.n), key=lambda comparison: comparison.slice != ALL
    )


def by_cutoff(material: Material) -> dict[str, set[str]]:
    """Questions on either side of the adapter's cutoff, where that is known; none where all lie on one side."""
    placed = ages(material)
    sides = {
        UP_TO_CUTOFF: {name for name, age in placed.items() if age <= 0},
        AFTER_CUTOFF: {name for name, age in placed.items() if age > 0},
    }
    return sides if all(sides.values()) else {}
