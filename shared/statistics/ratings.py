"""Ratings of arms from preferences between pairs of answers: Bradley-Terry, with intervals by question.

The chance that a is preferred to b is 1 / (1 + exp(strength of b - strength of a)) (Bradley and Terry 1952; fitted by
`choix`, Maystre and Grossglauser 2015). Ties count as half a win for each. A small prior, a tenth of a tie between
every two arms, keeps an arm that never lost finite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.statistics.resampling import FEWEST_GROUPS, SEED, Floats, numbered, resamples

Winner = Literal["a", "b", "tie", "both_bad"]
DRAWS = 1_000
_PRIOR = 0.05  # wins of each arm over each other
_ELO = 400 / np.log(10)


@dataclass(frozen=True)
class Preference:
    """One judgement of two arms' answers to one question; `both_bad` rates as a tie."""

    question_id: str
    a: str
    b: str
    winner: Winner


@dataclass(frozen=True)
class Rating:
    """An arm's strength in log-odds, 0 being the average of all arms, with 95 % limits; and what it rests on.

    The limits are None where fewer than six questions were judged: so few tell nothing of other questions.
    """

    arm: str
    strength: float
    low: float | None
    high: float | None
    wins: int
    losses: int
    ties: int

    @property
    def elo(self) -> float:
        """The strength on the scale of chess, with 1,000 as the average: 400 points are odds of ten to one."""
        return float(1_000 + _ELO * self.strength)


@dataclass(frozen=True)
class Ratings:
    """Arms by strength, strongest first; `components` are groups of arms that were compared among themselves."""

    ratings: tuple[Rating, ...]
    components: tuple[tuple[str, ...], ...]
    preferences: int
    questions: int
    both_bad: int

    @property
    def connected(self) -> bool:
        """Whether all arms were compared, directly or through others; if not, strengths across groups mean nothing."""
        return len(self.components) <= 1

    def warning(self) -> str | None:
        """What a reader must know before comparing the strengths, or None."""
        if self.connected:
            return None
        groups = "; ".join(" and ".join(group) for group in self.components)
        return f"These were never compared with one another, so their ratings cannot be: {groups}."


def rate(preferences: Sequence[Preference], *, draws: int = DRAWS, seed: int = SEED) -> Ratings:
    """Strengths of all arms that occur, intervals by the percentile bootstrap over questions.

    All preferences about one question are drawn together, since they share its answers. ValueError: an arm is
    compared with itself.
    """
    if any(one.a == one.b for one in preferences):
        raise ValueError("a preference names one arm twice; leave it out")
    arms = sorted({arm for one in preferences for arm in (one.a, one.b)})
    if not arms:
        return Ratings((), (), 0, 0, 0)
    by_question = _by_question(preferences, arms)
    wins = by_question.sum(axis=0)
    limits = _limits(by_question, draws, seed)
    strengths = _strengths(wins)
    rated = [Rating(arm, float(strengths[at]), *limits[at], *_record(preferences, arm)) for at, arm in enumerate(arms)]
    return Ratings(
        ratings=tuple(sorted(rated, key=lambda one: (-one.strength, one.arm))),
        components=_components(wins, arms),
        preferences=len(preferences),
        questions=len(by_question),
        both_bad=sum(one.winner == "both_bad" for one in preferences),
    )


def _by_question(preferences: Sequence[Preference], arms: Sequence[str]) -> Floats:
    """Wins of the row's arm over the column's, shape (questions, arms, arms)."""
    questions = numbered([one.question_id for one in preferences])
    position = {arm: at for at, arm in enumerate(arms)}
    wins = np.zeros((int(questions.max()) + 1, len(arms), len(arms)))
    for question, one in zip(questions, preferences, strict=True):
        share = {"a": 1.0, "b": 0.0}.get(one.winner, 0.5)
        wins[question, position[one.a], position[one.b]] += share
        wins[question, position[one.b], position[one.a]] += 1 - share
    return wins


def _strengths(wins: Floats) -> Floats:
    """Log-odds with mean 0."""
    import choix

    prior = _PRIOR * (1 - np.eye(len(wins)))
    return np.asarray(choix.ilsr_pairwise_dense(wins + prior, max_iter=1_000, tol=1e-6), dtype=np.float64)


def _limits(by_question: Floats, draws: int, seed: int) -> list[tuple[float | None, float | None]]:
    questions, arms, _ = by_question.shape
    if questions < FEWEST_GROUPS:
        return [(None, None)] * arms
    flat = by_question.reshape(questions, -1)
    drawn = [
        _strengths(row.reshape(arms, arms)) for counts in resamples(questions, draws, seed) for row in counts @ flat
    ]
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _components(wins: Floats, arms: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(wins + wins.T, directed=False)
    return tuple(tuple(arm for arm, label in zip(arms, labels, strict=True) if label == at) for at in range(count))


def _record(preferences: Sequence[Preference], arm: str) -> tuple[int, int, int]:
    """Wins, losses and ties of an arm."""
    mine = [one for one in preferences if arm in (one.a, one.b)]
    decided = [(one.a if one.winner == "a" else one.b) == arm for one in mine if one.winner in ("a", "b")]
    return sum(decided), len(decided) - sum(decided), len(mine) - len(decided)
