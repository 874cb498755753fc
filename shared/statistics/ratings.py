"""Ratings of arms from preferences between pairs of answers: Bradley-Terry, with intervals by question.

The chance that a is preferred to b is 1 / (1 + exp(strength of b - strength of a)) (Bradley and Terry 1952; fitted by
`choix`, Maystre and Grossglauser 2015). Ties count as half a win for each. A small prior, a tenth of a tie between
every two arms, keeps an arm that never lost finite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, bca, numbered

Winner = Literal["a", "b", "tie", "both_bad"]
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
    """Strengths of all arms that occur, intervals by the BCa bootstrap over questions.

    All preferences about one question are drawn together, since they share its answers. ValueError: an arm is
    compared with itself.
    """
    if any(preference.a == preference.b for preference in preferences):
        raise ValueError("a preference names one arm twice; leave it out")
    arms = sorted({arm for preference in preferences for arm in (preference.a, preference.b)})
    if not arms:
        return Ratings((), (), 0, 0, 0)
    by_question = _by_question(preferences, arms)
    wins = by_question.sum(axis=0)
    limits = _limits(by_question, draws, seed)
    strengths = _fitted(wins + _prior(len(arms)))
    rated = [Rating(arm, float(strengths[at]), *limits[at], *_record(preferences, arm)) for at, arm in enumerate(arms)]
    return Ratings(
        ratings=tuple(sorted(rated, key=lambda rating: (-rating.strength, rating.arm))),
        components=_components(wins, arms),
        preferences=len(preferences),
        questions=len(by_question),
        both_bad=sum(preference.winner == "both_bad" for preference in preferences),
    )


def _by_question(preferences: Sequence[Preference], arms: Sequence[str]) -> Floats:
    """Wins of the row's arm over the column's, shape (questions, arms, arms)."""
    questions = numbered([preference.question_id for preference in preferences])
    position = {arm: at for at, arm in enumerate(arms)}
    wins = np.zeros((int(questions.max()) + 1, len(arms), len(arms)))
    for question, preference in zip(questions, preferences, strict=True):
        share = {"a": 1.0, "b": 0.0}.get(preference.winner, 0.5)
        wins[question, position[preference.a], position[preference.b]] += share
        wins[question, position[preference.b], position[preference.a]] += 1 - share
    return wins


def _fitted(wins: Floats) -> Floats:
    """Log-odds with mean 0 from wins of rows over columns, prior included."""
    import choix

    return np.asarray(choix.ilsr_pairwise_dense(wins, max_iter=10_000, tol=1e-9), dtype=np.float64)


def fitted_all(tables: Floats) -> Floats:
    """The same for many tables at once, shape (tables, arms, arms) to (tables, arms).

    Newton's method side by side: `choix` takes a millisecond for each of the thousands that an interval asks for.
    ArithmeticError: it does not settle, for which every pair's prior must be missing.
    """
    count, arms, _ = tables.shape
    played = tables + tables.transpose(0, 2, 1)
    strengths = np.zeros((count, arms))
    for _ in range(200):
        chance = 1 / (1 + np.exp(strengths[:, None, :] - strengths[:, :, None]))
        weight = played * chance * (1 - chance)
        curvature = np.eye(arms) * weight.sum(axis=2)[:, :, None] - weight + 1 / arms  # the last keeps the mean at 0
        slope = (tables - played * chance).sum(axis=2)
        step = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
        strengths += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))
    raise ArithmeticError("the ratings did not settle: does every pair of arms have its prior?")


def _limits(by_question: Floats, draws: int, seed: int) -> list[tuple[float | None, float | None]]:
    questions, arms, _ = by_question.shape
    if questions < FEWEST_GROUPS:
        return [(None, None)] * arms
    low, high = bca(
        by_question.reshape(questions, -1),
        lambda totals: fitted_all(totals.reshape(-1, arms, arms) + _prior(arms)),
        draws=draws,
        seed=seed,
    )
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _prior(arms: int) -> Floats:
    return _PRIOR * (1 - np.eye(arms))


def _components(wins: Floats, arms: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(wins + wins.T, directed=False)
    return tuple(tuple(arm for arm, label in zip(arms, labels, strict=True) if label == at) for at in range(count))


def _record(preferences: Sequence[Preference], arm: str) -> tuple[int, int, int]:
    """Wins, losses and ties of an arm."""
    mine = [preference for preference in preferences if arm in (preference.a, preference.b)]
    decided = [
        (preference.a if preference.winner == "a" else preference.b) == arm
        for preference in mine
        if preference.winner in ("a", "b")
    ]
    return sum(decided), len(decided) - sum(decided), len(mine) - len(decided)
