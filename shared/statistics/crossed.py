"""How sure strengths are when votes hang together twice: by the question, and by the voter.

Votes on one question share its answers, and votes of one voter share a taste: both are random effects. How much surer
independent votes would be is measured by leaving out questions and voters in turn (jackknife, crossed as Cameron,
Gelbach and Miller 2011 do). The drop of the profile likelihood that makes a limit is stretched by that (Chandler and
Bate 2007), with Student's t for as many questions and voters as there are.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics import davidson
from shared.statistics.davidson import Fit, Model
from shared.statistics.resampling import FEWEST_GROUPS, Floats, Integers, numbered

Limits = tuple[float | None, float | None]
_NORMAL = 1.959964
_AT_ONCE = 4_096  # groups of votes


@dataclass(frozen=True)
class Votes:
    """Votes on the pairs of a model, one at each place: its pair, its outcome, its question and its voter."""

    places: Integers
    outcomes: Integers
    questions: Sequence[Hashable]
    voters: Sequence[Hashable]


def limits(model: Model, peak: Fit, votes: Votes) -> list[Limits]:
    """95 % limits of each arm's strength; None where fewer than six questions were judged."""
    if len(set(votes.questions)) < FEWEST_GROUPS:
        return [(None, None)] * model.arms
    drops = _drops(model, peak, votes)
    return [davidson.limits(model, peak, arm, float(drops[arm])) for arm in range(model.arms)]


def _drops(model: Model, peak: Fit, votes: Votes) -> Floats:
    """How far the likelihood falls at each arm's limits: half of t squared, times the variance in units of `plain`.

    Questions and voters bring a variance each with a t of its own, since there are often many questions and few
    voters; what a single vote varies by is in both and counts once. Never less than independent votes have.
    """
    centred = np.eye(model.arms + 1)[:-1] - np.append(np.ones(model.arms), 0.0) / model.arms
    plain = np.einsum("ak,kl,al->a", centred, np.linalg.inv(peak.information), centred)
    by_question, square = _variance(model, peak, votes, numbered(votes.questions))
    reach = np.maximum(square * by_question, _NORMAL**2 * plain)
    if len(set(votes.voters)) > 1:
        by_voter, square_of_voters = _variance(model, peak, votes, numbered(votes.voters))
        by_vote, _ = _variance(model, peak, votes, numbered(list(zip(votes.questions, votes.voters, strict=True))))
        both = square * by_question + square_of_voters * np.maximum(by_voter - by_vote, 0.0)
        reach = np.maximum(reach, np.maximum(both, square_of_voters * by_voter))
    return np.asarray(reach / plain / 2)


def _variance(model: Model, peak: Fit, votes: Votes, groups: Integers) -> tuple[Floats, float]:
    """The jackknife's variance of each strength over groups of votes, and the square of Student's t that it needs.

    Groups of unequal size have the degrees of freedom of as many equal ones as would have as much to say
    (Satterthwaite 1946).
    """
    from scipy import stats

    number = int(groups.max()) + 1
    moved = np.empty((number, model.arms))
    for start in range(0, number, _AT_ONCE):
        chosen = (groups >= start) & (groups < start + _AT_ONCE)
        counts = np.zeros((min(_AT_ONCE, number - start), len(model.pairs), 3))
        np.add.at(counts, (groups[chosen] - start, votes.places[chosen], votes.outcomes[chosen]), 1.0)
        moved[start : start + _AT_ONCE] = davidson.left_out(model, peak, counts)
    variance = (number - 1) / number * ((moved - moved.mean(axis=0)) ** 2).sum(axis=0)
    sizes = np.bincount(groups).astype(np.float64)
    equal = (sizes**2).sum() ** 2 / (sizes**4).sum()
    return variance, float(stats.t.ppf(0.975, max(1.0, equal - 1)) ** 2)
