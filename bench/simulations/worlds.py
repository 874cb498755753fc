"""Decisions in made-up worlds whose truth is known: how often what is recommended is not worth it, or undecided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Generator
from shared.lab.deciding import taking_up
from shared.lab.deciding.evidence import Answered, Contestant, Evidence, Outcome, Updating
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.values import Rates, Values
from shared.statistics.families import LEVEL

TRAININGS = 3
UNANSWERABLE = 0.2
WITHIN, BETWEEN = 0.3, 0.3
"""Shares of the variance: what the questions of a document have in common, and all contestants on one question."""
OUTCOMES: tuple[Outcome, ...] = ("right", "silent", "wrong")


@dataclass(frozen=True)
class Truth:
    """Of one contestant: shares of right and of declined answers on known and on pending news, and what it costs.

    `declines`: how often it declines what nothing answers. `deviation`: by how much trainings of it lie apart in their
    share of right answers.
    """

    name: str
    known: tuple[float, float]
    pending: tuple[float, float]
    declines: float
    wait_s: float
    updating: Updating
    deviation: float

    def worth(self, values: Values, shares: tuple[float, float]) -> float:
        """Of an answer, a fifth of which nothing answers."""
        right, silent = shares
        given = right * values.right + silent * values.silent + (1 - right - silent) * values.wrong
        none = self.declines * values.silent + (1 - self.declines) * values.wrong
        mixed = (1 - UNANSWERABLE) * given + UNANSWERABLE * none
        return mixed + (values.second + values.machine_second) * self.wait_s


def run(seed: int, short: bool) -> list[Row]:
    """Worlds of three to five contestants, 40 to 160 documents and three trainings, and rates of any size."""
    rng = np.random.default_rng(seed)
    worlds = 60 if short else 1_000
    wrong, decided, planned, held = 0, 0, 0.0, 0
    for _ in range(worlds):
        truths, rates, values = _truths(rng), _rates(rng), Values()
        (decision,) = decide(_experiment(rng, truths), values, [rates])
        assert decision is not None
        worths = {truth.name: _true_worth(truth, decision, rates, values) for truth in truths}
        best = max(_at_best(truth, rates, values) for truth in truths)
        decided += decision.decided
        wrong += decision.decided and worths[decision.best] < best - values.margin
        planned += _chance(decision, worths)
        held += all(lead.least <= worths[decision.best] - worths[name] for name, lead in decision.leads.items())
    slack = 0.08 if short else 0.01
    how = "3 to 5 contestants, 40 to 160 documents, 3 trainings 0 to 13 points apart, rates of any size"
    hardest = [_hardest(rng, count, worlds) for count in (2, 4)]
    return [
        Row("A decision costs more than the margin in 5 % of worlds at most", how, "at most 5 %",
            f"{100 * wrong / worlds:.1f} %", worlds, wrong / worlds <= 0.05 + slack),
        Row("What is sure of the leads lies below all true ones", "the same", "at least 91 %",
            f"{100 * held / worlds:.1f} %", worlds, held / worlds >= 0.91 - (0.08 if short else 0.0)),
        Row("It is decided as often as its errors promise", "the same", f"about {100 * planned / worlds:.0f} %",
            f"{100 * decided / worlds:.0f} %", worlds, decided >= planned - (0.1 if short else 0.04) * worlds),
        Row("The hardest world: who is worse by just more than the margin is not decided for",
            "2 and 4 contestants, one of them better by 0.24 instead of a margin of 0.23", "in at most 5 %",
            ", ".join(f"{100 * share:.1f}" for share in hardest) + " %", worlds, max(hardest) <= 0.05 + slack),
    ]  # fmt: skip


def _hardest(rng: Generator, count: int, worlds: int) -> float:
    """How often another is decided for than the one that is better by more than the margin."""
    values, calm = Values(margin=0.23), Rates(questions_per_day=1, updates_per_day=0)
    shares = [
        0.6,
        *[0.5] * (count - 1),
    ]  # of right answers, the others wrong: 0.24 apart
    learning = Updating(by_training=True, seconds=60, machine_s=60)
    each = [((share, 0.0), (share, 0.0), 0.5, 1.0, learning, 0.068) for share in shares]
    truths = [Truth(f"contestant {at}", *of) for at, of in enumerate(each)]
    made = [decide(_experiment(rng, truths), values, [calm])[0] for _ in range(worlds)]
    return float(np.mean([of.decided and of.best != "contestant 0" for of in made if of]))


def _truths(rng: Generator) -> list[Truth]:
    """Who knows news at once and who learns it by training, as good as chance has it."""
    count = int(rng.integers(3, 6))
    return [_truth(rng, f"contestant {number}", by_training=number % 2 == 1) for number in range(count)]


def _truth(rng: Generator, name: str, *, by_training: bool) -> Truth:
    known, pending = float(rng.uniform(0.3, 0.85)), float(rng.uniform(0.0, 0.3))
    seconds = float(rng.uniform(60, 3_600) if by_training else rng.uniform(0.05, 5))
    updating = (
        Updating(True, seconds, seconds, document_s=0.1)
        if by_training
        else Updating(False, seconds, float(rng.uniform(0.02, 1)))
    )
    return Truth(
        name,
        (known, (1 - known) * float(rng.uniform(0, 0.9))),
        (pending, (1 - pending) * float(rng.uniform(0, 0.9))),
        float(rng.uniform(0, 1)),
        float(rng.uniform(0.5, 8)),
        updating,
        float(rng.choice([0.0, 0.068, 0.128])) if by_training else 0.0,
    )


def _rates(rng: Generator) -> Rates:
    return Rates(
        questions_per_day=float(10 ** rng.uniform(0, 5)), updates_per_day=float(10 ** rng.uniform(-1, 3.5)),
        half_within_h=float(10 ** rng.uniform(0, 3)),
    )  # fmt: skip


def _experiment(rng: Generator, truths: Sequence[Truth]) -> Evidence:
    """Every contestant is asked all questions in each training: half of the documents are known, and every fifth
    question has no answer."""
    documents = int(rng.integers(40, 161))
    of_question = np.repeat(np.arange(documents), rng.integers(1, 4, documents))
    shared = rng.normal(size=len(of_question)) * np.sqrt(BETWEEN)
    by_document = rng.normal(size=documents)[of_question]
    contestants = [_asked(rng, truth, shared, by_document, of_question) for truth in truths]
    items = {item for one in contestants for item in one.own}
    links = {item: (f"document {of_question[_number(item)]}",) for item in items}
    none = frozenset(item for item in items if _is_unanswerable(_number(item)))
    return Evidence(contestants, links, {item: item.split()[1] for item in items}, none)


def _number(item: str) -> int:
    return int(item.split(maxsplit=1)[0])


def _is_unanswerable(question: int) -> bool:
    return question % round(1 / UNANSWERABLE) == 0


def _asked(
    rng: Generator, truth: Truth, shared: np.ndarray, by_document: np.ndarray, of_question: np.ndarray
) -> Contestant:
    """What one answers: trainings differ, and what learns by none says the same each time."""
    from scipy import stats

    own = np.sqrt(1 - WITHIN) * rng.normal(size=len(of_question)) + np.sqrt(WITHIN) * by_document
    ranks = stats.norm.cdf(np.sqrt(1 - BETWEEN) * own + shared)
    sides: tuple[dict[str, Answered], dict[str, Answered]] = {}, {}
    for run_number in range(TRAININGS):
        moved = truth.deviation * rng.normal()
        for question, rank in enumerate(ranks.tolist()):
            later, none = bool(of_question[question] % 2), _is_unanswerable(question)
            right, silent = (0.0, truth.declines) if none else truth.pending if later else truth.known
            right = right if none else min(1 - silent, max(0.0, right + moved))
            outcome = OUTCOMES[int(rank >= right) + int(rank >= right + silent)]
            for side in sides if none else (sides[later],):
                side[f"{question} {run_number}"] = Answered(outcome, truth.wait_s, truth.wait_s)
    return Contestant(truth.name, *sides, truth.updating, sides[0] | sides[1])


def _at_best(truth: Truth, rates: Rates, values: Values) -> float:
    """What it is truly worth at its best schedule; minus infinity where it cannot keep up."""
    known, pending = truth.worth(values, truth.known), truth.worth(values, truth.pending)
    made = taking_up.best(truth.updating, rates, values, known, pending)
    return -np.inf if made is None else _at(truth, made, rates, values)


def _true_worth(truth: Truth, decision: Decision, rates: Rates, values: Values) -> float:
    """What it is truly worth as the decision would have it trained."""
    worth = decision.worths.get(truth.name)
    return -np.inf if worth is None else _at(truth, worth.schedule, rates, values)


def _at(truth: Truth, schedule: taking_up.Schedule, rates: Rates, values: Values) -> float:
    known, pending = truth.worth(values, truth.known), truth.worth(values, truth.pending)
    of_updates = values.machine_second * schedule.machine_s / rates.questions_per_day
    return (1 - schedule.pending) * known + schedule.pending * pending + of_updates


def _chance(decision: Decision, worths: Mapping[str, float]) -> float:
    """How often so large an experiment decides for the truly best, by its errors: the hardest of the others."""
    from scipy import stats

    best = max(worths, key=lambda name: worths[name])
    errors = [lead.error for lead in decision.leads.values()]
    others = [name for name in worths if name != best and np.isfinite(worths[name])]
    if not others:
        return 1.0
    error, reach = max(errors), stats.norm.ppf(1 - LEVEL / len(others))
    return min(
        float(stats.norm.cdf((worths[best] - worths[name] + decision.margin) / max(error, 1e-9) - reach))
        for name in others
    )
