"""Decisions where some questions are bad, with and without what a review of 30 of them says.

Two contestants, of which the second is better over good questions by just more than the margin: whoever decides for the
first is wrong. A good question is answered rightly or wrongly; on a bad one both are as good as chance, or the first is
favoured. What the review finds bad is not asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Generator, percent
from shared.lab.deciding.evidence import Answered, Contestant, Evidence, Updating
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.values import Rates, Values
from shared.lab.reviewing.counting import Review

MARGIN, APART = 0.23, 0.24
READ = 30
BY_CHANCE = 0.35
SIZES = (60, 100, 160, 300)
VALUES, CALM = Values(margin=MARGIN, second=-0.01, machine_second=0.0), Rates(questions_per_day=1, updates_per_day=0)
AT_ONCE = Updating(by_training=False, seconds=1.0, machine_s=1.0)


@dataclass(frozen=True)
class World:
    """`bad`: the share of bad questions; `favour`: by how much more often the first is right on them; `cheaper`: the
    worth of the waits that the first saves."""

    bad: float
    favour: float = 0.0
    cheaper: float = 0.0

    @property
    def tilt(self) -> float:
        """The same in worth of an answer."""
        return self.favour * VALUES.span

    @property
    def shares(self) -> tuple[float, float]:
        """How often each is right on good questions, so that the second is worth more by what lies apart."""
        return 0.5, 0.5 + (APART + self.cheaper) / VALUES.span


@dataclass(frozen=True)
class Told:
    """How often the first was decided for: without the review, with intervals that are wider as for fewer questions,
    by the review, and by the review where bad questions could not have tipped it. `decided`: for anyone by the review,
    and without."""

    unread: float
    wider: float
    reviewed: float
    untipped: float
    decided: tuple[float, float]


def run(seed: int, short: bool) -> list[Row]:
    """Worlds of 60 to 300 questions; the size with the most errors counts."""
    rng = np.random.default_rng(seed)
    experiments = 40 if short else 500
    slack = 0.08 if short else 0.015
    worlds = {
        "10 % bad, which favour nobody": World(0.1),
        "25 % bad, which favour nobody": World(0.25),
        "25 % bad, which favour nobody; the first saves waits worth 0.3": World(0.25, cheaper=0.3),
        "25 % bad, which favour the first by 0.6": World(0.25, favour=0.2),
    }
    rows = list[Row]()
    for how, world in worlds.items():
        told = [_told(rng, world, size, experiments) for size in SIZES]
        worst = max(each.untipped if world.favour else each.reviewed for each in told)
        rows.append(_wrong(how, world, told, experiments, met=worst <= 0.05 + slack))
    shown = "; ".join(percent(each.decided) for each in (_told(rng, World(0.1), size, experiments) for size in SIZES))
    rows.append(Row("A review costs decisions: by it, and without it", "10 % bad; 60, 100, 160 and 300 questions",
                    "nothing", shown, experiments, met=True))  # fmt: skip
    return rows


def _wrong(how: str, world: World, told: list[Told], experiments: int, *, met: bool) -> Row:
    unread, wider, reviewed, untipped = (
        100 * max(getattr(each, name) for each in told) for name in ("unread", "wider", "reviewed", "untipped")
    )
    claim = "With bad questions, who is worse by just more than the margin is not decided for"
    beside = f"without the review {unread:.1f} %, by wider intervals alone {wider:.1f} %"
    if not world.favour:
        return Row(claim, how, "in at most 5 %", f"{reviewed:.1f} %; {beside}", experiments, met)
    claim = "Nor where bad ones favour the worse one by less than what is said to turn it"
    return Row(claim, how, "in at most 5 %", f"{untipped:.1f} %; by all decisions {reviewed:.1f} %, {beside}",
               experiments, met)  # fmt: skip


def _told(rng: Generator, world: World, size: int, experiments: int) -> Told:
    counts = np.zeros(6)
    for _ in range(experiments):
        evidence, review = _experiment(rng, world, size)
        [plain] = decide(evidence(0.0), VALUES, [CALM])
        [careful] = decide(evidence(review.bad), VALUES, [CALM])
        assert plain is not None
        assert careful is not None
        first, tips = plain.best == "first", careful.tips
        counts += (
            first and plain.decided,
            first and _by_wider(plain, review.bad),
            first and careful.decided,
            first and tips is not None and tips[1] > world.tilt,
            careful.decided,
            plain.decided,
        )
    unread, wider, reviewed, untipped, with_it, without = (counts / experiments).tolist()
    return Told(unread, wider, reviewed, untipped, (with_it, without))


def _by_wider(decision: Decision, bad: float) -> bool:
    """Whether it would be decided by intervals as wide as the good questions alone would give."""
    [lead] = decision.leads.values()
    return lead.difference - (lead.difference - lead.least) / sqrt(max(1 - bad, 1e-9)) > -decision.margin


def _experiment(rng: Generator, world: World, size: int) -> tuple[Callable[[float], Evidence], Review]:
    """Evidence for a share of bad questions that is taken to be there, and what the review found."""
    bad = rng.random(size) < world.bad
    read = np.isin(np.arange(size), rng.choice(size, READ, replace=False))
    asked = np.flatnonzero(~(bad & read))
    luck = rng.random(size)
    alike = rng.random(size) < 0.5
    first, second = world.shares
    contestants = [
        _contestant(name, asked, np.where(alike, luck, rng.random(size)) < np.where(bad, by_chance, share), wait)
        for name, share, by_chance, wait in (
            ("first", first, BY_CHANCE + world.favour, 1.0),
            ("second", second, BY_CHANCE, 1.0 - world.cheaper / VALUES.second),
        )
    ]
    links = {str(item): (str(item),) for item in asked.tolist()}
    unread = float((~read[asked]).mean())
    review = Review(reviewed=READ, good=int((read & ~bad).sum()), unread=unread)
    return lambda share: Evidence(contestants, links, {}, (), share), review


def _contestant(name: str, asked: np.ndarray, right: np.ndarray, wait_s: float) -> Contestant:
    given: Mapping[str, Answered] = {
        str(item): Answered("right" if right[item] else "wrong", wait_s, 0.0) for item in asked.tolist()
    }
    return Contestant(name, given, given, AT_ONCE, given)
