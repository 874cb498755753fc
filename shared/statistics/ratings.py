"""Ratings of arms from preferences between pairs of answers, with limits that hold for other questions and voters.

Strengths are Bradley and Terry's with ties as Davidson has them (`davidson`): those of the average over voters and
questions, both of which are random effects (`crossed`).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.statistics import crossed, davidson
from shared.statistics.crossed import Votes
from shared.statistics.davidson import Model
from shared.statistics.resampling import Integers

Winner = Literal["a", "b", "tie", "both_bad"]
_ELO = 400 / np.log(10)
_OUTCOMES: dict[Winner, int] = {"a": 0, "b": 1, "tie": 2, "both_bad": 2}


@dataclass(frozen=True)
class Preference:
    """One judgement of two arms' answers to one question; `both_bad` rates as a tie.

    `voter` is None where it is not known who judged: then it is taken for somebody who judged nothing else.
    """

    question_id: str
    a: str
    b: str
    winner: Winner
    voter: str | None = None


@dataclass(frozen=True)
class Rating:
    """An arm's strength in log-odds, 0 being the average of its group, with 95 % limits; and what it rests on.

    `group` is the place of its group in `Ratings.components`. A limit is None where the votes
    set none, and both are where fewer than six questions of the group were judged: so few tell nothing of others.
    """

    arm: str
    strength: float
    low: float | None
    high: float | None
    wins: int
    losses: int
    ties: int
    group: int = 0

    def limits(self, form: Callable[[float], str]) -> str | None:
        """Both limits in words, numbers as `form` has them; None where there is none."""
        if self.low is None:
            return None if self.high is None else f"below {form(self.high)}"
        return f"above {form(self.low)}" if self.high is None else f"{form(self.low)} to {form(self.high)}"

    @property
    def elo(self) -> float:
        """The strength on the scale of chess, with 1,000 as the average: 400 points are odds of ten to one."""
        return float(1_000 + _ELO * self.strength)


@dataclass(frozen=True)
class Ratings:
    """Arms by strength, strongest first, group after group.

    `components` are groups of arms that were compared among themselves. Only arms of one group are ranked together.
    """

    ratings: tuple[Rating, ...]
    components: tuple[tuple[str, ...], ...]
    preferences: int
    questions: int
    both_bad: int
    voters: int = 0

    @property
    def connected(self) -> bool:
        """Whether all arms were compared, directly or through others; if not, strengths across groups mean nothing."""
        return len(self.components) <= 1

    def grouped(self) -> list[tuple[Rating, ...]]:
        """The ratings of each group."""
        return [
            tuple(rating for rating in self.ratings if rating.group == group) for group in range(len(self.components))
        ]

    def warning(self) -> str | None:
        """What a reader must know before comparing the strengths, or None."""
        if self.connected:
            return None
        groups = "; ".join(" and ".join(group) for group in self.components)
        return f"These were never compared with one another, so their ratings cannot be: {groups}."

    def reach(self) -> str | None:
        """For whom the limits do not hold, or None."""
        if self.voters != 1:
            return None
        return "All votes are one voter's: the limits hold for other questions, and not for other voters."


def rate(preferences: Sequence[Preference]) -> Ratings:
    """Strengths of all arms that occur, with limits. ValueError: an arm is compared with itself."""
    if any(preference.a == preference.b for preference in preferences):
        raise ValueError("a preference names one arm twice; leave it out")
    components = _components(preferences)
    return Ratings(
        ratings=tuple(rating for group, arms in enumerate(components) for rating in _rated(preferences, arms, group)),
        components=components,
        preferences=len(preferences),
        questions=len({preference.question_id for preference in preferences}),
        both_bad=sum(preference.winner == "both_bad" for preference in preferences),
        voters=len(set(_voters(preferences))),
    )


def _rated(preferences: Sequence[Preference], arms: Sequence[str], group: int) -> list[Rating]:
    """One group's ratings, strongest first."""
    mine = [preference for preference in preferences if preference.a in arms]
    cells, places, outcomes = _placed(mine, arms)
    counts = np.zeros((len(cells), 3))
    np.add.at(counts, (places, outcomes), 1.0)
    model = Model(len(arms), cells, counts)
    peak = davidson.fitted(model)
    limits = crossed.limits(model, peak, Votes(places, outcomes, _questions(mine), _voters(mine)))
    rated = [
        Rating(arm, round(float(peak.strengths[at]), 12) + 0.0, *limits[at], *_record(mine, arm), group)
        for at, arm in enumerate(arms)
    ]
    return sorted(rated, key=lambda rating: (-rating.strength, rating.arm))


def _placed(preferences: Sequence[Preference], arms: Sequence[str]) -> tuple[Integers, Integers, Integers]:
    """The pairs that met, shape (pairs, 2), and each vote's pair and outcome."""
    position = {arm: at for at, arm in enumerate(arms)}
    sides = np.array([(position[preference.a], position[preference.b]) for preference in preferences], dtype=np.intp)
    outcomes = np.array([_OUTCOMES[preference.winner] for preference in preferences], dtype=np.intp)
    turned = (sides[:, 0] > sides[:, 1]) & (outcomes < 2)
    cells, places = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True)
    return cells, places.reshape(-1), np.where(turned, 1 - outcomes, outcomes)


def _questions(preferences: Sequence[Preference]) -> list[Hashable]:
    return [preference.question_id for preference in preferences]


def _voters(preferences: Sequence[Preference]) -> list[Hashable]:
    """Who cast each vote; the unknown are one apiece."""
    return [(at,) if preference.voter is None else preference.voter for at, preference in enumerate(preferences)]


def _components(preferences: Sequence[Preference]) -> tuple[tuple[str, ...], ...]:
    """The groups, those with the most arms first."""
    from scipy.sparse.csgraph import connected_components

    arms = sorted({arm for preference in preferences for arm in (preference.a, preference.b)})
    if not arms:
        return ()
    position = {arm: at for at, arm in enumerate(arms)}
    met = np.zeros((len(arms), len(arms)))
    for preference in preferences:
        met[position[preference.a], position[preference.b]] = 1.0
    count, labels = connected_components(met, directed=False)
    groups = [tuple(arm for arm, label in zip(arms, labels, strict=True) if label == at) for at in range(count)]
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def _record(preferences: Sequence[Preference], arm: str) -> tuple[int, int, int]:
    """Wins, losses and ties of an arm."""
    mine = [preference for preference in preferences if arm in (preference.a, preference.b)]
    decided = [
        (preference.a if preference.winner == "a" else preference.b) == arm
        for preference in mine
        if preference.winner in ("a", "b")
    ]
    return sum(decided), len(decided) - sum(decided), len(mine) - len(decided)
