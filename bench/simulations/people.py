"""What ratings, agreement and the look for odd voters promise, and whether a plan's number is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np

from bench.simulations import Row
from shared.lab.planning.plan import make
from shared.lab.planning.trying import Trying
from shared.lab.voting import voters
from shared.lab.voting.counting import Counted
from shared.messages import Ballot
from shared.statistics import davidson
from shared.statistics.planning import Assumptions, Wanted, alike_all
from shared.statistics.ratings import Preference, Winner, rate
from shared.statistics.reliability import reliability
from shared.statistics.resampling import Floats

Generator = np.random.Generator
FOUR = (-1.0, -0.2, 0.4, 0.8)
RING = ((0, 1), (1, 2), (2, 3), (0, 3))
LEAST = 0.93
_OUTCOMES: tuple[Winner, ...] = ("a", "b", "tie")
_NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Poll:
    """Voters with tastes and questions with luck of their own: deviations of each arm's strength, in log-odds.

    `ties`: log-odds of a tie between equals, None without. Each voter votes on each pair with the chance `share`.
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
    Poll("8 voters with strong tastes (sd 1.5), 30 questions", (1.0, -1.0), ((0, 1),), 30, 8, 1.5, 0.5, -1.0),
    Poll("20 voters with tastes, each on 4 questions in 10", (0.5, -0.5), ((0, 1),), 40, 20, 0.7, 0.7, 0.0, 0.4),
    Poll("8 voters without tastes of their own", (0.5, -0.5), ((0, 1),), 40, 8, ties=0.0, share=0.5),
)


def run(seed: int, short: bool) -> list[Row]:  # noqa: FBT001 (the form of all simulations)
    """Ratings, agreement, odd voters, plans."""
    polls = POLLS[::3] if short else POLLS
    rows = [_coverage(poll, seed, 30 if short else 400) for poll in polls]
    rows.append(_alpha(seed, 40 if short else 400))
    rows += [_odd(case, seed, 20 if short else 200) for case in CASES]
    return [*rows, *_plans(seed, short=short)]


def _coverage(poll: Poll, seed: int, runs: int) -> Row:
    """The share of polls whose limits hold the truth, on average over the arms."""
    rng, truth, held = np.random.default_rng(seed), poll.truth(), list[bool]()
    for _ in range(runs):
        for rating in rate(poll.votes(rng)).ratings:
            if rating.low is not None and rating.high is not None:
                held.append(rating.low <= truth[int(rating.arm.split()[1])] <= rating.high)
    share = float(np.mean(held))
    allowed = LEAST - 2 * float(np.sqrt(LEAST * (1 - LEAST) / runs))
    return Row(
        "Ratings' limits hold the strengths", poll.how, "95 %, at least 93 %", f"{share:.1%}", runs, share >= allowed
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
    return Row("Alpha's limits hold alpha", how, "95 %, at least 93 %", f"{share:.1%}", runs, share >= 0.91)


@dataclass(frozen=True)
class Case:
    """Voters of one kind among others; `wanted`: whether those whose names begin with `watched` are to be called odd.

    Honest voters prefer the better answer with the chance `truth`; `careful` ones tie in six of ten; puppets vote as
    one, each slipping now and then; `dice` vote blindly.
    """

    how: str
    watched: str
    wanted: bool
    questions: int
    honest: int = 0
    careful: int = 0
    puppets: int = 0
    slips: float = 0.0
    dice: int = 0
    truth: float = 0.8


CASES = (
    Case("5 equally good voters, 30 questions", "h", False, 30, honest=5),
    Case("a careful voter who ties in 6 of 10, beside 5", "c", False, 80, honest=5, careful=1),
    Case("2 honest voters beside 3 sock puppets, 30 questions", "h", False, 30, honest=2, puppets=3),
    Case("the same, puppets that slip in 1 of 10, 80 questions", "h", False, 80, honest=2, puppets=3, slips=0.1),
    Case("the same with 30 questions", "h", False, 30, honest=2, puppets=3, slips=0.1),
    Case("one who tosses a coin beside 5, 80 questions", "d", True, 80, honest=5, dice=1),
)


def _odd(case: Case, seed: int, runs: int) -> Row:
    """How often somebody of the watched kind is called odd."""
    called = 0
    for at in range(runs):
        compared = voters.compared(_voted(case, Random(f"{seed} {at}")))  # noqa: S311
        called += any(voter.outlier and voter.name.startswith(case.watched) for voter in compared)
    share = called / runs
    met = share >= 0.9 if case.wanted else share <= 0.05
    promised = "found in 90 % of polls or more" if case.wanted else "called odd in 5 % of polls at most"
    return Row("Odd voters", case.how, promised, f"{share:.1%}", runs, met)


def _voted(case: Case, rng: Random) -> list[Counted]:
    votes = list[Counted]()
    for number in range(case.questions):
        better, led = rng.choice("ab"), rng.choice("ab")
        said = [(f"h{at}", _side(rng, better, case.truth)) for at in range(case.honest)]
        said += [(f"c{at}", "tie" if rng.random() < 0.6 else _side(rng, better, 0.9)) for at in range(case.careful)]
        said += [(f"p{at}", _side(rng, led, 1 - case.slips)) for at in range(case.puppets)]
        said += [(f"d{at}", _side(rng, better, 0.5)) for at in range(case.dice)]
        votes += [_counted(number, name, choice) for name, choice in said]
    return votes


def _side(rng: Random, right: str, chance: float) -> str:
    return right if rng.random() < chance else "b" if right == "a" else "a"


def _counted(number: int, voter: str, choice: str) -> Counted:
    at = _NOON + timedelta(seconds=number)
    ballot = Ballot.model_validate(
        {"voter": voter, "choice": choice, "shown_first": "base", "appended_at": at, "offset": number}
    )
    return Counted(f"q-{number}", ("base", "tuned"), ballot)


PLANS = (
    ("two arms, 10 points", Assumptions({"a": 0.4, "b": 0.5}, alike_all("ab", 0.3)), Wanted(0.1)),
    (
        "four arms, 15 points, two questions a document",
        Assumptions(dict(zip("abcd", (0.2, 0.5, 0.4, 0.6), strict=True)), alike_all("abcd", 0.3), 2.0, 0.3),
        Wanted(0.15),
    ),
    (
        "two arms, equal within 10 points",
        Assumptions({"a": 0.4, "b": 0.5}, alike_all("ab", 0.3)),
        Wanted(0.1, equal=True),
    ),
)


def _plans(seed: int, *, short: bool) -> list[Row]:
    """The number that a plan names, tried out anew with another seed."""
    rows, experiments = list[Row](), 20 if short else 200
    for how, assumptions, wanted in PLANS[: 1 if short else None]:
        plan = make(assumptions, wanted, experiments=experiments, seed=seed)
        pair, count = plan.hardest, plan.documents
        assert pair is not None
        assert count is not None
        share = Trying(assumptions, pair, wanted, 1, 2 * experiments, seed + 1).trial(count).decided
        told = f"{share.mean:.1%} with {plan.questions} questions"
        rows.append(
            Row("A plan's number decides", how, "80 %", told, 2 * experiments, share.low <= 0.83 and share.high >= 0.77)
        )
    return rows
