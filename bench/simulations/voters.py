"""Who is called odd among voters, and who is not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bench.simulations import Row
from bench.simulations._made import percent
from shared.lab.voting import voters
from shared.lab.voting.counting import Counted
from shared.messages import Ballot

_NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


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


def run(seed: int, short: bool) -> list[Row]:
    """Every kind of voter."""
    return [_odd(case, seed, 20 if short else 200) for case in CASES]


def _odd(case: Case, seed: int, runs: int) -> Row:
    """How often somebody of the watched kind is called odd."""
    called = 0
    for at in range(runs):
        compared = voters.compared(_voted(case, Random(f"{seed} {at}")))  # noqa: S311
        called += any(voter.outlier and voter.name.startswith(case.watched) for voter in compared)
    share = called / runs
    met = share >= 0.9 if case.wanted else share <= 0.05 + (0.05 * 0.95 / runs) ** 0.5
    promised = "found in 90 % of polls or more" if case.wanted else "called odd in 5 % of polls at most"
    return Row("Odd voters", case.how, promised, percent([share]), runs, met)


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
