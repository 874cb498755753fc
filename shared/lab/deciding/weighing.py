"""What few answers that happen to be alike hide of an error, where they weigh more than their number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.values import Values
from shared.statistics.errors import Estimates
from shared.statistics.post_stratified import lacking_of
from shared.statistics.resampling import Floats


@dataclass(frozen=True)
class Stratum:
    """Known items that weigh a share together. `worths`: of an answer, shape (groups of documents, contestants)."""

    share: float
    worths: Floats

    def lacking(self, weights: Floats, values: Values) -> Floats:
        """The variance that the mean of each column of weights, shape (contestants, columns), lacks by this stratum."""
        given = values.right, values.wrong, values.silent
        more, less = np.maximum(weights, 0.0).sum(axis=0), np.minimum(weights, 0.0).sum(axis=0)
        ends = np.stack([more * min(given) + less * max(given), more * max(given) + less * min(given)])
        return self.share**2 * lacking_of(self.worths @ weights, ends)


def widened(made: Estimates, weights: Floats, strata: Sequence[Stratum], values: Values) -> Estimates:
    """With what the strata lack, each with as many degrees of freedom as it has groups beyond the first.

    Degrees are those of Satterthwaite (1946, Biometrics Bulletin 2).
    """
    whole, squares = made.error**2, made.error**4 / made.freedom
    for of in strata:
        lacking = of.lacking(weights, values)
        whole, squares = whole + lacking, squares + lacking**2 / (len(of.worths) - 1)
    freedom = np.where(squares > 0, whole**2 / np.where(squares > 0, squares, 1.0), made.freedom)
    return replace(made, error=np.sqrt(whole), freedom=freedom)


def strata(evidence: Evidence, values: Values) -> list[Stratum]:
    """None where answers weigh by their number."""
    return [Stratum(share, _worths(evidence, values, items)) for items, share in evidence.weighed]


def _worths(evidence: Evidence, values: Values, items: Sequence[str]) -> Floats:
    """Items about the same documents, in whichever training, are one row; who was not asked one has its own mean."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for item in items:
        groups[frozenset(evidence.links.get(item, (item,)))].append(item)
    columns = []
    for one in evidence.contestants:
        worths = {item: one.known[item].worth(values) for item in items if item in one.known}
        usual = fmean(worths.values()) if worths else 0.0
        columns.append([fmean(worths.get(item, usual) for item in group) for group in groups.values()])
    return np.array(columns).T
