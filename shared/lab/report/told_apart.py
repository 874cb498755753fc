"""What must not be read as one number: kinds of question, coverages, causes, mixes, and slices that disagree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contests.parts import Square
from shared.lab.report.abstaining import Abstaining, abstaining
from shared.lab.report.design import telling
from shared.lab.report.gains import Gains, gains
from shared.lab.report.material import Material
from shared.lab.report.mix import Mix, mix
from shared.lab.report.reversals import Reversal, reversals
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores
from shared.lab.report.selective import RiskCoverage, selective
from shared.messages.contests import GOLD
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison


@dataclass(frozen=True)
class ToldApart:
    """See each part for its meaning."""

    abstaining: Abstaining
    risk_coverage: RiskCoverage
    gains: Gains
    mix: Mix
    reversals: tuple[Reversal, ...]


def told_apart(
    material: Material,
    spoken: Mapping[str, Scores],
    rule: Rule,
    comparisons: Sequence[Comparison],
    *,
    square: Square,
    slices: Iterable[str],
) -> ToldApart:
    """`spoken`: metric -> arm -> question -> value, silent arms left out; `slices`: `all` and those asked."""
    results, contest = material.results, material.contest
    is_right, pairs = spoken.get(HEADLINE, {}), telling(square, contest.arms)
    arms = list(is_right)
    handed = {arm.name for arm in contest.arms if arm.context == GOLD}
    return ToldApart(
        abstaining(results, is_right, arms, pairs, rule),
        selective(results, [arm for arm in arms if arm not in handed], pairs, rule),
        gains(results, contest, spoken, rule),
        mix(results, is_right, pairs, square, rule, material.weights),
        tuple(reversals(comparisons, [name for name in slices if name != ALL], pairs)),
    )
