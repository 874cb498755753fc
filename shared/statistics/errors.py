"""How far a mean difference may be off: standard errors over clusters that may overlap, and over trainings.

Three parts, all without a random number. (1) Two imagined groups, one won by each side as far as groups differ on
average (by the whole scale where fewer than six differ), join those that were seen; for right and wrong that is the
interval of Bonett and Price (2012, Journal of Educational and Behavioral Statistics 37) for paired shares, which does
not shrink to a point where few differ. (2) The variance over clusters is the jackknife's (CV3: MacKinnon, Nielsen and
Webb 2023, Journal of Econometrics 232), overlapping clusters counted by pairs, with Satterthwaite's degrees of freedom
estimated from the clusters' fourth powers: one large cluster, or a few extreme ones, make few degrees. (3) Where an
arm was trained several times the variance of the mean over the runs is added (both sources at random: a two-way random
model), again by Satterthwaite (1946, Biometrics Bulletin 2).
"""

from dataclasses import dataclass

import numpy as np

from shared.statistics.clusters import Layout, by_group
from shared.statistics.families import LEVEL
from shared.statistics.resampling import FEWEST_GROUPS, Floats, summed
from shared.statistics.significance import EQUAL

FEWEST_RUNS = 3


@dataclass(frozen=True)
class Estimates:
    """Of each column: a centre, its standard error and degrees of freedom. `kept`: centre in parts of the mean."""

    centre: Floats
    error: Floats
    freedom: Floats
    kept: float

    def column(self, at: int) -> "Estimates":
        """One column alone."""
        return Estimates(self.centre[[at]], self.error[[at]], self.freedom[[at]], self.kept)

    def turned(self) -> "Estimates":
        """Of the same with the opposite sign."""
        return Estimates(-self.centre, self.error, self.freedom, self.kept)

    def limits(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Two-sided, by Student's t."""
        reach = quantile(1 - level / 2, self.freedom) * self.error
        return self.centre - reach, self.centre + reach

    def p_above(self, value: Floats) -> Floats:
        """Twice the p of a mean of at most `value`: below 0.05 exactly where the lower limit lies above it."""
        return np.minimum(1.0, 2 * self._beyond(self.centre - value))

    def p(self) -> Floats:
        """Two-sided p of a mean of 0."""
        return np.minimum(1.0, 2 * self._beyond(np.abs(self.centre)))

    def _beyond(self, distance: Floats) -> Floats:
        from scipy import special

        known = self.error > 0
        tails = special.stdtr(self.freedom, -distance / np.where(known, self.error, 1.0))
        return np.where(known, np.maximum(tails, np.finfo(np.float64).tiny), 1.0)


def quantile(share: float, freedom: Floats) -> Floats:
    """Of Student's t."""
    from scipy import special

    return np.asarray(special.stdtrit(freedom, share))


def estimated(totals: Floats, layout: Layout, span: Floats, trained: Floats) -> Estimates:
    """The mean of each column of `totals`, shape (rows of the layout, columns + 1), the last holding counts.

    `span`: how far a value can lie from 0, shape (columns,). `trained`: 1 where runs count as a sample, else 0.
    """
    groups = by_group(layout, totals)
    sums, counts = groups[:, :-1], groups[:, -1:]
    size = float(counts.mean())
    width = _imagined(sums, span * size)
    n = float(counts.sum()) + 2 * size
    centre = sums.sum(axis=0) / n
    variance, freedom = _over_clusters(sums - counts * centre, counts, layout, size=size, n=n,
                                       imagined=np.stack([width - size * centre, width + size * centre]))  # fmt: skip
    runs = 0 if layout.runs is None else int(layout.runs.max()) + 1
    if runs > 1 and layout.runs is not None:
        mean = sums.sum(axis=0) / counts.sum()
        by_run = summed(totals[:, :-1] - totals[:, -1:] * mean, layout.runs)
        of_runs = trained * runs / (runs - 1) * (by_run**2).sum(axis=0) / n**2
        both = variance + of_runs
        parts = variance**2 / freedom + of_runs**2 / (runs - 1)
        freedom = np.where(parts > 0, both**2 / np.where(parts > 0, parts, 1.0), freedom)
        variance = both
        if runs < FEWEST_RUNS:  # two runs may lie close by chance, and then Satterthwaite's limits cover 88 % instead
            freedom = np.where(of_runs > EQUAL * variance, np.minimum(freedom, 2.0), freedom)
    return Estimates(centre, np.sqrt(variance), freedom, float(counts.sum()) / n)


def _imagined(sums: Floats, whole: Floats) -> Floats:
    """How far each imagined group differs: as those that do on average, or by the whole scale where few do."""
    moving = np.abs(sums) > EQUAL
    squares = (sums**2).sum(axis=0) / np.maximum(1, moving.sum(axis=0))
    return np.where(moving.sum(axis=0) >= FEWEST_GROUPS, np.sqrt(squares), whole)


def _over_clusters(
    residuals: Floats, counts: Floats, layout: Layout, *, size: float, n: float, imagined: Floats
) -> tuple[Floats, Floats]:
    """The variance of a mean over n items, imagined ones included, and its degrees of freedom."""
    left = n - layout.neighbours(counts)
    residuals = residuals * (n / np.maximum(left, size))
    parts = residuals * layout.neighbours(residuals)
    own = (imagined * (n / (n - size))) ** 2
    squares = parts.sum(axis=0)
    if layout.touching is not None:  # counted by pairs a variance may come out below what independence gives
        squares = np.maximum(squares, (residuals**2).sum(axis=0))
    whole = squares + own.sum(axis=0)  # what is imagined is no estimate and costs no degrees
    fourth = np.abs((parts * layout.neighbours(parts)).sum(axis=0))
    most = len(residuals) + 1.0
    freedom = np.where(fourth > 0, 3 * whole**2 / np.where(fourth > 0, fourth, 1.0), most)
    return whole * (1 - 1 / (most + 1)) / n**2, np.clip(freedom, 1.0, most)
