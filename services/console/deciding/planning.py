"""What a decision asks and trains, and how long that takes: everything where there is time, else less.

What shrinks are numbers of questions, tokens and trainings, in an order that is fixed before anything is measured; what
is left is asked, trained and counted as ever, and says itself how sure it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from shared.lab.report.phrasing import counted

SHARES = (0.0625, 0.125, 0.25, 0.5)
"""Of the training data, beside all of it: the five sizes of the learning curve."""
TRAININGS = 3
"""Of fewer nobody can tell how far trainings of one recipe lie apart."""
UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0}
_BUDGET = re.compile(r"none|(?P<amount>\d{1,6}(?:\.\d{1,3})?)(?P<unit>[smh])")
FEWEST_QUESTIONS, FEWEST_TOKENS = 60, 20_000
MOST_TOKENS = 280_000
"""That the embedded recipe lets a training read."""
HELD_TOKENS = 36_000
"""That a training reads beside its examples, to hold its model to the base."""


@dataclass(frozen=True)
class Speeds:
    """Seconds on two quiet cores with the embedded models (AMD EPYC with avx512_bf16, `make decide`).

    `start`: servers, services and the report. `document`: published and findable. `training`: of each beside its
    tokens, gates included; of a small one of the curve, which has none, `small_training`. `answer`: of one arm, and
    `cag_answer` of one that reads the newest documents from its cache.
    """

    start: float = 90.0
    document: float = 0.3
    training: float = 75.0
    small_training: float = 25.0
    token: float = 1 / 220
    answer: float = 0.35
    cag_answer: float = 1.2


@dataclass(frozen=True)
class Material:
    """What there is: documents, questions, those about what is learned, facts that are taught, and arms.

    `tuned_arms`: those that an adapter speaks for; `cag_arms`: those that read the newest documents from their cache,
    and `tuned_cag_arms` those that are both.
    """

    documents: int
    questions: int
    learned: int
    facts: int
    arms: int
    tuned_arms: int
    cag_arms: int = 0
    tuned_cag_arms: int = 0

    @property
    def tokens(self) -> int:
        """Of the examples of a training on all facts, as measured of the embedded recipe (72, 240 and 300 facts)."""
        return min(670 * self.facts, MOST_TOKENS)


class Plan(BaseModel):
    """`tokens`: most of the examples of a training, None for as many as its recipe takes.

    `shares`: of the training data, for the learning curve. `cag`: whether arms with the newest documents are asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: int
    trainings: int
    tokens: int | None
    shares: tuple[float, ...]
    seconds: float
    cag: bool = True

    def sentence(self, material: Material) -> str:
        """What will be asked and trained, and how long that takes."""
        trained = counted(self.trainings, "training")
        least = f" of at most {self.tokens:,} tokens each" if self.tokens is not None else ""
        small = counted(len(self.shares), "small one")
        curve = f", {small} for the learning curve" if self.shares else ", no learning curve"
        without = "" if self.cag or not material.cag_arms else " but those that read the newest documents"
        asked = "all" if self.questions >= material.questions else f"{self.questions} of"
        return (
            f"Plan: {material.documents} documents, {trained}{least}{curve}, {asked} {material.questions} questions to "
            f"{material.arms} arms{without}; about {minutes(self.seconds)} on two quiet cores."
        )


def within(budget_s: float | None, material: Material, speeds: Speeds = Speeds()) -> Plan:
    """The first plan that fits, from everything on; without a budget everything.

    Raises ValueError where not even the smallest fits.
    """
    plans = list(shrinking(material))
    timed = (_changed(plan, seconds=seconds(plan, material, speeds)) for plan in plans)
    if budget_s is None:
        return next(timed)
    for plan in timed:
        if plan.seconds <= budget_s:
            return plan
    least = minutes(seconds(plans[-1], material, speeds))
    raise ValueError(
        f"--budget: the smallest plan takes about {least} on two quiet cores, and the budget is "
        f"{minutes(budget_s)}: allow more, or give fewer documents"
    )


def seconds(plan: Plan, material: Material, speeds: Speeds) -> float:
    """That a plan takes."""
    curve = sum(small_s(share, plan, material, speeds) for share in plan.shares)
    trained = plan.trainings * training_s(plan, material, speeds)
    published = material.documents * speeds.document
    return speeds.start + published + trained + curve + asked_s(plan, material, speeds)


def small_s(share: float, plan: Plan, material: Material, speeds: Speeds) -> float:
    """That a training on a share of the data takes, with the questions about that share."""
    read = HELD_TOKENS + share * _examples(plan, material)
    return speeds.small_training + read * speeds.token + share * material.learned * speeds.answer


def training_s(plan: Plan, material: Material, speeds: Speeds) -> float:
    """That one training takes, with its gates."""
    return speeds.training + (HELD_TOKENS + _examples(plan, material)) * speeds.token


def asked_s(plan: Plan, material: Material, speeds: Speeds, there: int = 0) -> float:
    """That all questions take, to all arms once and to those of an adapter for each further one.

    `there`: runs that were held before; without one there is a first.
    """
    first = _answers_s(plan, speeds, material.arms - material.cag_arms, material.cag_arms)
    further = _answers_s(plan, speeds, material.tuned_arms - material.tuned_cag_arms, material.tuned_cag_arms)
    return plan.questions * ((0.0 if there else first) + further * (plan.trainings - max(1, there)))


def _answers_s(plan: Plan, speeds: Speeds, quick: int, cag: int) -> float:
    """That one question takes to so many arms."""
    return quick * speeds.answer + (cag * speeds.cag_answer if plan.cag else 0.0)


def _examples(plan: Plan, material: Material) -> int:
    return material.tokens if plan.tokens is None else min(plan.tokens, material.tokens)


def shrinking(material: Material) -> Iterator[Plan]:
    """From everything to the least, each smaller than the one before in one number."""
    plan = Plan(questions=material.questions, trainings=TRAININGS, tokens=None, shares=SHARES, seconds=0.0)
    yield plan
    for questions in (300, 200, 150):
        if questions < plan.questions:
            yield (plan := _changed(plan, questions=questions))
    if (tokens := _tokens(material, 0.75)) is not None:
        yield (plan := _changed(plan, tokens=tokens))
    if plan.questions > 100:
        yield (plan := _changed(plan, questions=100))
    if (tokens := _tokens(material, 0.5)) is not None:
        yield (plan := _changed(plan, tokens=tokens))
    yield (plan := _changed(plan, shares=SHARES[-2:]))
    yield (plan := _changed(plan, shares=()))
    if material.cag_arms:
        yield (plan := _changed(plan, cag=False))
    if (tokens := _tokens(material, 0.3)) is not None:
        yield (plan := _changed(plan, tokens=tokens))
    for trainings in (2, 1):
        yield (plan := _changed(plan, trainings=trainings))
    if plan.questions > FEWEST_QUESTIONS:
        yield _changed(plan, questions=FEWEST_QUESTIONS)


def _changed(plan: Plan, **values: object) -> Plan:
    return plan.model_copy(update=values)


def minutes(seconds: float) -> str:
    """As people say it: 45 minutes, 2.5 hours."""
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else counted(max(1, round(seconds / 60)), "minute")


def seconds_of(budget: str) -> float | None:
    """Of 45m, 1.5h or 600s; None for `none`. Raises ValueError for anything else."""
    given = _BUDGET.fullmatch(budget.strip().casefold())
    if given is None:
        raise ValueError(f"--budget: {budget!r} is no time: say such as 45m, 2h, 900s, or none")
    return None if given["amount"] is None else float(given["amount"]) * UNITS[given["unit"]]


def _tokens(material: Material, share: float) -> int | None:
    """Of what a training takes so large a share; None where that would teach too little."""
    tokens = round(share * material.tokens, -3)
    return int(tokens) if tokens >= FEWEST_TOKENS else None
