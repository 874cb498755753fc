"""Whether a difference points in opposite directions in different parts: a crossover, or qualitative interaction.

The likelihood-ratio test of Gail and Simon (1985, Biometrics 41) against the hypothesis that no part's difference is
above 0, or none below it. Parts enter by their own two-sided p, so that each is tested as it is anywhere else.
"""

from collections.abc import Sequence


def crossover_p(parts: Sequence[tuple[float, float]]) -> float:
    """`parts`: of each its difference and the two-sided p of it. Returns p of all pointing one way, or not at all.

    Each p becomes the normal quantile that has it. Under the hypothesis the smaller of both sums of squares lies above
    what was seen with a probability that is a binomial mixture of chi-squares (their formula 5).
    """
    from scipy import stats

    squares = [(difference, float(stats.norm.isf(max(p, 1e-300) / 2)) ** 2) for difference, p in parts]
    above = sum(square for difference, square in squares if difference > 0)
    below = sum(square for difference, square in squares if difference < 0)
    smaller, others = min(above, below), len(parts) - 1
    if others < 1 or smaller <= 0:
        return 1.0
    chances = stats.binom.pmf(range(1, others + 1), others, 0.5)
    tails = stats.chi2.sf(smaller, range(1, others + 1))
    return float((chances * tails).sum())
