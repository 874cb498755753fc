"""What ratings of arms by votes promise, and the agreement of voters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.simulations import Row
from bench.simulations._made import percent
from shared.statistics import davidson
from shared.statistics.ratings import Preference, Winner, rate
from shared.statistics.reliability import reliability
from shared.statistics.resampling import Floats

Generator = np.random.Generator
FOUR = (-1.0, -0.2, 0.4, 0.8)
RING = ((0, 1), (1, 2), (2, 3), (0, 3))
_OUTCOMES: tuple[Winner, ...] = ("a", "b", "tie")


@dataclass(frozen=True)
class Poll:
    """Voters with tastes and questions with luck of their own: deviations of each arm's strength, in log-odds.

    `ties`: log-odds of a tie between equals, None without. Each voter votes on each pair with the chance `share`.
    `least`: the coverage that is promised; lower where few voters are each nearly always of one mind.
    """

    how: str
    strengths: Sequence[float]
    pairs: Sequence[tuple[int, int]]
    questions: int
    voters: int = 1
    tastes: float = 0.0
    luck: float = 0.0
    ties: float | None = None
    share: float = 1.0
    least: float = 0.93

    def chances(self, rng: Generator, shape: tuple[int, int]) -> Floats:
        """Of each outcome, shape (questions, voters, pairs, 3)."""
        questions, people = shape
        arms = len(self.strengths)
        tastes, luck = rng.normal(0, self.tastes, (1, people, arms)), rng.normal(0, self.luck, (questions, 1, arms))
        strengths = np.array(self.strengths) + tastes + luck
        first, second = (strengths[..., [pair[side] for pair in self.pairs]] for side in (0, 1))
        tie = np.full(first.shape, -np.inf) if self.ties is None else self.ties + (first + second) / 2
        odds = np.exp(np.stack([first, second, tie], axis=-1))
        return np.asarray(odds / odds.sum(axis=-1, keepdims=True))

    def votes(self, rng: Generator) -> list[Preference]:
        """One poll."""
        chances = self.chances(rng, (self.questions, self.voters))
        outcomes = (rng.random(chances.shape[:3])[..., None] > chances.cumsum(axis=-1)).sum(axis=-1)
        cast = rng.random(outcomes.shape) < self.share
        return [
            Preference(f"q{question}", f"arm {self.pairs[pair][0]}", f"arm {self.pairs[pair][1]}",
                       _OUTCOMES[outcomes[question, voter, pair]], f"v{voter}")
            for question, voter, pair in zip(*np.nonzero(cast), strict=True)
        ]  # fmt: skip

    def truth(self) -> Floats:
        """The strengths that voters and questions without number would show."""
        rng = np.random.default_rng(0)
        of_many = np.mean([self.chances(rng, (400, 400)).mean(axis=(0, 1)) for _ in range(4)], axis=0)
        model = davidson.Model(len(self.strengths), np.array(self.pairs, dtype=np.intp), 1e6 * of_many)
        return davidson.fitted(model).strengths


POLLS = (
    Poll("two arms, 6 : 0 and the like: 8 questions, odds of 7 to 1", (1.0, -1.0), ((0, 1),), 8),
    Poll("two arms, 20 questions, odds of 20 to 1", (1.5, -1.5), ((0, 1),), 20),
    Poll("four arms in a ring, 30 questions, one voter", FOUR, RING, 30),
    Poll("the same with ties, a third of votes", FOUR, RING, 30, ties=0.0),
    Poll("3 voters with tastes (sd 0.7), 40 questions", (0.5, -0.5), ((0, 1),), 40, 3, 0.7, 0.7, 0.0),
    Poll("5 voters with tastes, 20 questions, four arms", FOUR, RING, 20, 5, 0.7, 0.7, 0.0),
    Poll(
        "8 voters with strong tastes (sd 1.5), 30 questions", (1.0, -1.0), ((0, 1),), 30, 8, 1.5, 0.5, -1.0, least=0.9
    ),
    Poll("20 voters with tastes, each on 4 questions in 10", (0.5, -0.5), ((0, 1),), 40, 20, 0.7, 0.7, 0.0, 0.4),
    Poll("8 voters without tastes of their own", (0.5, -0.5), ((0, 1),), 40, 8, ties=0.0, share=0.5),
)


def run(seed: int, short: bool) -> list[Row]:
    """Ratings in every kind of poll, and alpha."""
    rows = [_coverage(poll, seed, 30 if short else 400) for poll in (POLLS[::3] if short else POLLS)]
    return [*rows, _alpha(seed, 40 if short else 400)]


def _coverage(poll: Poll, seed: int, runs: int) -> Row:
    """The share of polls whose limits hold the truth, on average over the arms."""
    rng, truth, held = np.random.default_rng(seed), poll.truth(), list[bool]()
    for _ in range(runs):
        for rating in rate(poll.votes(rng)).ratings:
            if rating.low is not None and rating.high is not None:
                held.append(rating.low <= truth[int(rating.arm.split()[1])] <= rating.high)
    share = float(np.mean(held))
    chance = float(np.sqrt(poll.least * (1 - poll.least) / runs))
    promised = f"95 %, at least {100 * poll.least:.0f} %"
    return Row(
        "Ratings' limits hold the strengths", poll.how, promised, percent([share]), runs, share >= poll.least - chance
    )


def _alpha(seed: int, runs: int) -> Row:
    """Four voters, 40 items, each vote the better answer's with chance 0.85: alpha is (2 * 0.85 - 1)^2."""
    rng, held = np.random.default_rng(seed), list[bool]()
    for _ in range(runs):
        better = rng.random(40) < 0.5
        labels = [bool(better[item] == (rng.random() < 0.85)) for item in range(40) for _ in range(4)]
        alpha = reliability(labels, np.repeat(np.arange(40), 4).tolist(), draws=1_000).alpha
        held.append(alpha.low <= 0.7**2 <= alpha.high)
    share = float(np.mean(held))
    how = "4 voters, 40 pairs of answers, alpha 0.49"
    return Row("Alpha's limits hold alpha", how, "95 %, at least 93 %", percent([share]), runs, share >= 0.91)
