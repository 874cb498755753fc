"""How many questions, documents and trainings decide a difference: calculated, for `plan` to confirm by simulation.

A difference of two arms' shares of right answers varies by the questions and, where an arm was trained, by the
training: V = s^2 (1 + (m - 1) c) / n + k t^2 / R, with s^2 the variance of one question's difference, m questions a
document, c how much these agree, k trained arms, t the deviation between trainings, and R trainings. It is decided
with the wanted power where (t_level + t_power) sqrt(V) is no more than the difference (Bloom 1995), with
Satterthwaite's degrees of freedom, at the strictest level of Holm's adjustment over the family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Pair = tuple[str, str]
MOST_DOCUMENTS = 1_000_000
_FEWEST_DOCUMENTS = 6
_LEVEL = 0.05


@dataclass(frozen=True)
class Assumptions:
    """What is taken to be so.

    `rates`: arm -> share of right answers. `alike`: pair -> correlation of being right on the same question.
    `per_document`: questions on one document; `within`: correlation of being right on two of them. `deviation`: of the
    share of right answers of one arm of `trained`, between trainings.
    """

    rates: Mapping[str, float]
    alike: Mapping[Pair, float]
    per_document: float = 1.0
    within: float = 0.0
    trained: tuple[str, ...] = ()
    deviation: float = 0.0

    @property
    def pairs(self) -> list[Pair]:
        return list(combinations(self.rates, 2))

    def between(self, pair: Pair) -> float:
        """The correlation of a pair, named in either order."""
        return self.alike[pair] if pair in self.alike else self.alike[pair[::-1]]


@dataclass(frozen=True)
class Wanted:
    """What is to be decided: a difference, or that two arms are equal within the margin where `equal`."""

    size: float
    equal: bool = False
    power: float = 0.8


def apart(assumptions: Assumptions, pair: Pair, size: float) -> dict[str, float]:
    """The rates with the pair `size` apart around its own middle, moved inside of 0 and 1 where it must be."""
    low, high = sorted(pair, key=lambda arm: assumptions.rates[arm])
    middle = (assumptions.rates[low] + assumptions.rates[high]) / 2
    middle = min(max(middle, size / 2), 1 - size / 2)
    return dict(assumptions.rates) | {low: middle - size / 2, high: middle + size / 2}


def documents(assumptions: Assumptions, pair: Pair, wanted: Wanted, *, trainings: int, family: int) -> int | None:
    """The fewest documents that decide it; None where no number does, so that more trainings are needed.

    With one training what is decided holds for that adapter alone: the deviation between trainings is then left out.
    """
    if not _enough(assumptions, pair, wanted, trainings=trainings, family=family, count=MOST_DOCUMENTS):
        return None
    low, high = _FEWEST_DOCUMENTS - 1, MOST_DOCUMENTS
    while high - low > 1:
        middle = (low + high) // 2
        if _enough(assumptions, pair, wanted, trainings=trainings, family=family, count=middle):
            high = middle
        else:
            low = middle
    return high


def _enough(assumptions: Assumptions, pair: Pair, wanted: Wanted, *, trainings: int, family: int, count: int) -> bool:
    from scipy import stats

    by_question, by_training = _variances(assumptions, pair, wanted, trainings=trainings, count=count)
    variance = by_question + by_training
    if not variance:
        return True
    spread = by_question**2 / (count - 1) + (by_training**2 / (trainings - 1) if trainings > 1 else 0.0)
    freedom = variance**2 / spread
    level = _LEVEL / 2 / family
    missed = (1 - wanted.power) / 2 if wanted.equal else 1 - wanted.power  # to be equal, both sides must hold
    reach = stats.t.ppf(1 - level, freedom) + stats.t.ppf(1 - missed, freedom)
    return bool(reach * np.sqrt(variance) <= wanted.size)


def _variances(
    assumptions: Assumptions, pair: Pair, wanted: Wanted, *, trainings: int, count: int
) -> tuple[float, float]:
    """Of the mean difference: by `count` documents with their questions, and by trainings."""
    rates = apart(assumptions, pair, 0.0 if wanted.equal else wanted.size)
    one, other = (rates[arm] * (1 - rates[arm]) for arm in pair)
    single = one + other - 2 * assumptions.between(pair) * np.sqrt(one * other)
    together = 1 + (assumptions.per_document - 1) * assumptions.within
    trained = sum(arm in assumptions.trained for arm in pair)
    by_training = trained * assumptions.deviation**2 / trainings if trainings > 1 else 0.0
    return float(max(single, 0.0) * together / (count * assumptions.per_document)), by_training


def checked(assumptions: Assumptions) -> Assumptions:
    """The same. ValueError: something is no rate, no correlation, or names no arm."""
    rates = assumptions.rates
    if len(rates) < 2:
        raise ValueError("a plan needs two arms or more")
    if wrong := [f"{arm}={rate:g}" for arm, rate in rates.items() if not 0 <= rate <= 1]:
        raise ValueError(f"rates are shares between 0 and 1, not {', '.join(wrong)}")
    if unknown := [arm for arm in assumptions.trained if arm not in rates]:
        raise ValueError(f"no rate is given of {', '.join(unknown)}")
    if not all(-1 <= value <= 1 for value in assumptions.alike.values()) or not 0 <= assumptions.within <= 1:
        raise ValueError("correlations lie between -1 and 1, and within a document between 0 and 1")
    if assumptions.per_document < 1 or not 0 <= assumptions.deviation <= 0.5:
        raise ValueError("a document has one question or more, and a deviation between trainings is at most 0.5")
    return assumptions


def alike_all(arms: Sequence[str], value: float) -> dict[Pair, float]:
    """One correlation for every pair."""
    return dict.fromkeys(combinations(arms, 2), value)
