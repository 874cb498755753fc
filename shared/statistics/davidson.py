"""Bradley-Terry with ties as Davidson (1970, JASA 65) has it: fitted strengths, and profile-likelihood limits.

With strengths s the odds of "a", "b" and "tie" are exp(s_a) : exp(s_b) : exp(t + (s_a + s_b) / 2), where t says how
often ties come. Arms that are close tie more often, and a general liking for ties tells nothing of any pair. Without
any tie it is Bradley and Terry's model (1952). The likelihood is a multinomial logit's: it has one peak, which Newton's
method finds.

K arms are given K - 1 votes before any is counted, half for each side, evenly over the pairs that met: nearly
Jeffreys' prior, which takes the bias out of small samples (Firth 1993) and leaves an arm that never lost a finite
strength and limits (Heinze and Schemper 2002).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.statistics.resampling import Floats, Integers

_FARTHEST = 10.0  # log-odds from the peak, 22,000 to one: votes that go no nearer set no limit
_SETTLED = 1e-9


@dataclass(frozen=True)
class Model:
    """What was voted on pairs of `arms` arms that are connected. `pairs`: shape (pairs, 2), first below second.

    `counts`: shape (pairs, 3), the votes for the first, for the second, and ties; without the prior.
    """

    arms: int
    pairs: Integers
    counts: Floats

    @cached_property
    def outcomes(self) -> int:
        """3, or 2 where no vote is a tie."""
        return 3 if self.counts[:, 2].any() else 2

    @cached_property
    def designs(self) -> Floats:
        """How parameters make each outcome's logit, shape (pairs, outcomes, arms + 1); the last parameter is t."""
        rows = np.zeros((len(self.pairs), 3, self.arms + 1))
        at = np.arange(len(self.pairs))
        for side in (0, 1):
            rows[at, side, self.pairs[:, side]] = 1.0
            rows[at, 2, self.pairs[:, side]] = 0.5
        rows[:, 2, self.arms] = 1.0
        return rows[:, : self.outcomes]

    @cached_property
    def votes(self) -> Floats:
        """The counts with the prior, shape (pairs, outcomes)."""
        prior = np.zeros(3)
        prior[:2] = (self.arms - 1) / (2 * len(self.pairs))
        return np.asarray((self.counts + prior)[:, : self.outcomes])

    @cached_property
    def level(self) -> Floats:
        """Holds the mean strength at 0, and t where no vote is a tie; shape (arms + 1, arms + 1)."""
        level = np.zeros((self.arms + 1, self.arms + 1))
        level[:-1, :-1] = 1.0 / self.arms
        level[-1, -1] = float(self.outcomes == 2)
        return level


@dataclass(frozen=True)
class Fit:
    """The peak. `parameters`: strengths with mean 0, then t; `information`: its curvature, with the mean held at 0."""

    parameters: Floats
    information: Floats
    likelihood: float

    @property
    def strengths(self) -> Floats:
        return self.parameters[:-1]


def chances(designs: Floats, parameters: Floats) -> Floats:
    """The chance of each outcome on each pair, shape (pairs, outcomes)."""
    logits = designs @ parameters
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def curvatures(designs: Floats, expected: Floats) -> Floats:
    """The information of one vote on each pair, shape (pairs, parameters, parameters)."""
    weighted = designs * expected[:, :, None]
    means = weighted.sum(axis=1)
    return np.asarray(designs.transpose(0, 2, 1) @ weighted - means[:, :, None] * means[:, None, :])


def _information(designs: Floats, expected: Floats, played: Floats) -> Floats:
    """The sum of all votes' curvatures, by two products instead of a matrix for each pair."""
    flat = designs.reshape(-1, designs.shape[2])
    means = (designs * expected[:, :, None]).sum(axis=1)
    weights = (expected * played[:, None]).reshape(-1)
    return np.asarray(flat.T @ (flat * weights[:, None]) - means.T @ (means * played[:, None]))


def fitted(model: Model, *, contrast: Floats | None = None, value: float = 0.0, start: Floats | None = None) -> Fit:
    """The peak; with `contrast`, shape (arms,), the highest point where contrast . strengths is `value`.

    ArithmeticError: it does not settle, for which some arm must never have met another.
    """
    designs, votes, size = model.designs, model.votes, model.arms + 1
    parameters = np.zeros(size) if start is None else start.copy()
    held = np.zeros((0, size)) if contrast is None else np.append(contrast, 0.0)[None]
    for _ in range(500):
        expected = chances(designs, parameters)
        played = votes.sum(axis=1)
        slope = np.einsum("po,pok->k", votes - played[:, None] * expected, designs)
        information = _information(designs, expected, played) + model.level
        bordered = np.block([[information, held.T], [held, np.zeros((len(held), len(held)))]])
        missing = value - held @ parameters
        step = np.linalg.solve(bordered, np.concatenate([slope - model.level @ parameters, missing]))[:size]
        longest = float(np.abs(step).max())
        parameters = parameters + step * min(1.0, 2.0 / max(longest, _SETTLED))
        if longest < _SETTLED:
            likelihood = float((votes * np.log(np.maximum(chances(designs, parameters), 1e-300))).sum())
            return Fit(parameters, information, likelihood)
    raise ArithmeticError("the ratings did not settle: did every arm meet another?")


def limits(model: Model, peak: Fit, arm: int, drop: float) -> tuple[float | None, float | None]:
    """Where the arm's strength makes the likelihood, all else at its best, `drop` lower than its peak, if any."""
    contrast = np.full(model.arms, -1.0 / model.arms)
    contrast[arm] += 1.0

    def excess(value: float) -> float:
        return peak.likelihood - fitted(model, contrast=contrast, value=value, start=peak.parameters).likelihood - drop

    ends = list[float | None]()
    for side in (-1.0, 1.0):
        centre, reach = float(peak.strengths[arm]), 0.625
        while excess(centre + side * reach) < 0 and reach < _FARTHEST:
            reach *= 2
        ends.append(_crossing(excess, centre, centre + side * reach))
    return ends[0], ends[1]


def _crossing(excess: Callable[[float], float], centre: float, outer: float) -> float | None:
    """Where the excess over the allowed drop begins, between the peak and an outer point; None where it does not."""
    from scipy import optimize

    if excess(outer) < 0:
        return None
    return float(optimize.brentq(excess, *sorted((centre, outer)), xtol=1e-6))


def left_out(model: Model, peak: Fit, groups: Floats) -> Floats:
    """How far the strengths move when each group's votes are taken out, shape (groups, arms); by one Newton step.

    `groups`: each group's counts as in the model, shape (groups, pairs, 3).
    """
    designs = model.designs
    counts = groups[:, :, : model.outcomes]
    expected = chances(designs, peak.parameters)
    played = counts.sum(axis=2)
    slopes = np.einsum("gpo,pok->gk", counts - played[:, :, None] * expected, designs)
    without = peak.information - np.tensordot(played, curvatures(designs, expected), axes=1)
    return np.asarray(-np.linalg.solve(without, slopes[:, :, None])[:, :-1, 0])
