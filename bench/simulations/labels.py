"""Few labels of people: whether a measure's error rates, corrected accuracies and corrected judges hold the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.simulations import Row, by_chance
from shared.statistics.intervals import Interval
from shared.statistics.misclassification import Errors, Stratum, corrected, errors_of
from shared.statistics.prediction_powered import Labelled, Powered, powered_mean
from shared.statistics.resampling import Floats, Integers
from shared.statistics.significance import holm

Generator = np.random.Generator
Counts = dict[str, list[float]]
RATES = "A measure's error rates, by a person who reads some answers, lie in their intervals"
ARMS = "Accuracies corrected for errors that are alike in all arms (Rogan and Gladen) lie in their intervals"
OWN = "Where the measure errs otherwise in one arm, that arm's own labels hold its accuracy"
ALARMS = "An arm is said to be one in which the measure errs otherwise, where it is none"
JUDGE = "Few labels and a judge's verdicts on everything (PPI++) hold what people would say of all"
DOUBTFUL, ERRS_MORE = 0.15, 4.0  # that share of answers is doubtful, and the measure errs so much more often on them


@dataclass(frozen=True)
class World:
    """Arms that are truly right so often, a measure that errs so, and how many answers on either side are read."""

    how: str
    truly: tuple[float, ...] = (0.05, 0.3, 0.5, 0.7)
    rates: tuple[float, float] = (0.9, 0.95)
    questions: int = 132
    each: int = 50
    alike: float = 0.0
    fooled: float | None = None


@dataclass
class Answers:
    """Of one experiment; shapes (arms, questions)."""

    true: Floats
    said: Floats
    doubtful: Floats
    document: Integers
    strata: list[Stratum] = field(default_factory=list)
    drawn: list[tuple[int, int, float]] = field(default_factory=list)
    """Arm, question and weight of each answer that was read."""


WORLDS = (
    World(
        "132 questions, four arms right in 5 to 70 %, 50 rights and 50 wrongs read; sensitivity 90 %, specificity 95 %"
    ),
    World("the same with 20 and 20 read", each=20),
    World("a good measure, 98 and 99 %", rates=(0.98, 0.99)),
    World("a bad measure, 75 and 80 %", rates=(0.75, 0.8)),
    World("three questions on each document, which are alike", alike=0.3),
    World("2,000 questions, 100 and 100 read", questions=2_000, each=100),
)
FOOLED = World("it takes 25 % of one arm's wrong answers for right, 5 % of the others'; 100 and 100 read", each=100,
               questions=400, fooled=0.75)  # fmt: skip


def run(seed: int, short: bool) -> list[Row]:
    """Every promise about labels."""
    runs = 60 if short else 1_000
    rng = np.random.default_rng(seed)
    worlds = [(world, _audited(rng, world, runs // 4 if world.questions > 1_000 else runs)) for world in WORLDS]
    rows = [_row(RATES, world.how, counts, ("sensitivity", "specificity")) for world, counts in worlds]
    rows += [_row(ARMS, world.how, counts, ("corrected",), "as measured") for world, counts in worlds]
    rows.append(_row(OWN, FOOLED.how, _audited(rng, FOOLED, runs), ("own",), "errors taken as alike"))
    rows += [_alarms(world.how, counts["suspected"]) for world, counts in worlds[:1]]
    return [*rows, *_judges(rng, runs)]


def _alarms(how: str, suspected: Sequence[float]) -> Row:
    """Met where there are not more than 5 % but for chance."""
    share, allowed = float(np.mean(suspected)), 0.05 + by_chance(len(suspected))
    return Row(ALARMS, how, "at most 5 %", f"{100 * share:.1f} %", len(suspected), met=share <= allowed)


def _row(claim: str, how: str, counts: Counts, shown: Sequence[str], beside: str = "") -> Row:
    """Coverage of 95 %, met where it is not lower by more than chance allows."""
    runs = len(counts[shown[0]])
    shares = {name: float(np.mean(values)) for name, values in counts.items()}
    measured = ", ".join(f"{100 * shares[name]:.1f} %" for name in shown)
    measured += f"; {beside} {100 * shares[beside]:.1f} %" if beside else ""
    return Row(claim, how, "95 %", measured, runs, met=min(shares[name] for name in shown) >= 0.95 - by_chance(runs))


def _audited(rng: Generator, world: World, runs: int) -> Counts:
    """Whether each interval held the truth, experiment by experiment."""
    counts: Counts = {}
    for _ in range(runs):
        answers = _answers(rng, world)
        errors = errors_of(answers.strata)
        for name, held in _held(world, answers, errors):
            counts.setdefault(name, []).append(held)
    return counts


def _held(world: World, answers: Answers, errors: Errors) -> Iterator[tuple[str, float]]:
    for name, interval, truth in zip(
        ("sensitivity", "specificity"), (errors.sensitivity, errors.specificity), world.rates, strict=True
    ):
        yield name, _holds(interval, truth)
    arms = range(len(world.truly)) if world.fooled is None else [len(world.truly) - 1]
    corrections = [corrected(answers.said[arm].tolist(), answers.document.tolist(), errors) for arm in arms]
    truths = [world.truly[arm] for arm in arms]
    alike = float(np.mean([_holds(interval, truth) for interval, truth in zip(corrections, truths, strict=True)]))
    if world.fooled is None:
        plain = [corrected(answers.said[arm].tolist(), answers.document.tolist(), PERFECT) for arm in arms]
        yield "corrected", alike
        yield "suspected", _suspected(answers, corrections)
        yield "as measured", float(np.mean([_holds(*pair) for pair in zip(plain, truths, strict=True)]))
    else:
        yield "errors taken as alike", alike
        yield "own", _holds(_own(answers, arms[0]).interval, truths[0])


def _suspected(answers: Answers, corrections: Sequence[Interval]) -> float:
    """Whether some arm's own labels lie too far from what errors alike in all arms tell, by Holm."""
    chances = [
        chance
        for arm, interval in enumerate(corrections)
        if interval.mean is not None and (chance := _own(answers, arm).chance_of(interval.mean)) is not None
    ]
    return float(min(holm(chances), default=1.0) < 0.05)


PERFECT = Errors(
    10**9, 10**9, sensitivity=Interval(10**9, 1.0, 1.0, 1.0), specificity=Interval(10**9, 1.0, 1.0, 1.0),
    precision=Interval(10**9, 1.0, 1.0, 1.0), omission=Interval(10**9, 0.0, 0.0, 0.0),
)  # fmt: skip


def _holds(interval: Interval, truth: float) -> float:
    return float(interval.low - 1e-12 <= truth <= interval.high + 1e-12)


def _own(answers: Answers, arm: int) -> Powered:
    labelled = [
        Labelled(float(answers.true[arm, q]), float(answers.said[arm, q]), int(answers.document[q]), weight)
        for of, q, weight in answers.drawn
        if of == arm
    ]
    return powered_mean(labelled, answers.said[arm].tolist(), answers.document.tolist())


def _answers(rng: Generator, world: World) -> Answers:
    """True answers, verdicts, and what was drawn to be read; doubtful answers are drawn more often."""
    shape = (len(world.truly), world.questions)
    document = np.arange(world.questions) // (3 if world.alike else 1)
    chances = np.array([_chances(rng, share, world.alike, document) for share in world.truly])
    true = (rng.random(shape) < chances).astype(np.float64)
    doubtful = (rng.random(shape) < DOUBTFUL).astype(np.float64)
    errs = np.where(true > 0, 1 - world.rates[0], 1 - world.rates[1])
    if world.fooled is not None:
        errs[-1] = np.where(true[-1] > 0, 1 - world.rates[0], 1 - world.fooled)
    errs = errs * np.where(doubtful > 0, ERRS_MORE, 1.0) / (1 + DOUBTFUL * (ERRS_MORE - 1))
    said = np.where(rng.random(shape) < errs, 1 - true, true)
    answers = Answers(true, said, doubtful, document)
    for positive in (1.0, 0.0):
        _draw(rng, answers, positive, world.each)
    return answers


def _chances(rng: Generator, share: float, alike: float, document: Integers) -> Floats:
    """How likely each question's answer is right; questions on a document share it (a beta-binomial)."""
    if not alike:
        return np.full(len(document), share)
    strength = 1 / alike - 1
    return np.asarray(rng.beta(share * strength, (1 - share) * strength, int(document[-1]) + 1)[document])


def _draw(rng: Generator, answers: Answers, positive: float, each: int) -> None:
    sides = [np.argwhere((answers.said == positive) & (answers.doubtful == doubt)) for doubt in (0.0, 1.0)]
    due = 2.5 * len(sides[1]) / max(1.0, 2.5 * len(sides[1]) + len(sides[0]))
    doubted = min(len(sides[1]), round(each * due))
    for side, wanted in zip(sides, (each - doubted, doubted), strict=True):
        number = min(wanted, len(side))
        if not len(side):
            continue
        chosen = side[rng.choice(len(side), number, replace=False)]
        true = int(sum(answers.true[arm, q] for arm, q in chosen))
        answers.strata.append(Stratum(positive == 1.0, len(side), number, true))
        answers.drawn += [(int(arm), int(q), len(side) / number) for arm, q in chosen]


def _judges(rng: Generator, runs: int) -> Iterator[Row]:
    """A share of 40 %, by a judge that errs so on either side, and labels drawn at random."""
    worlds = (
        ("500 items, 50 labels, a good judge (97 %)", 500, 50, (0.97, 0.97), 0.0),
        ("132 items, 25 labels, a partial judge (95 and 70 %)", 132, 25, (0.95, 0.7), 0.0),
        ("500 items, 100 labels, a bad judge (70 %)", 500, 100, (0.7, 0.7), 0.0),
        ("500 items, 100 labels, three items on a document", 500, 100, (0.85, 0.85), 0.5),
    )
    for how, items, labels, rates, alike in worlds:
        counts: Counts = {"together": [], "judge alone": []}
        narrower = []
        for _ in range(runs):
            together, alone, judge = _together(rng, items, labels, rates, alike)
            counts["together"].append(_holds(together, 0.4))
            counts["judge alone"].append(_holds(judge, 0.4))
            narrower.append((together.high - together.low) / (alone.high - alone.low))
        width = f"; {np.mean(narrower):.2f} as wide as labels alone"
        yield _row(JUDGE, how + width, counts, ("together",), "judge alone")


def _together(
    rng: Generator, items: int, labels: int, rates: tuple[float, float], alike: float
) -> tuple[Interval, Interval, Interval]:
    document = np.arange(items) // (3 if alike else 1)
    true = (rng.random(items) < _chances(rng, 0.4, alike, document)).astype(np.float64)
    said = np.where(rng.random(items) < np.where(true > 0, *rates), true, 1 - true)
    drawn = rng.choice(items, labels, replace=False)
    labelled = [Labelled(float(true[at]), float(said[at]), int(document[at])) for at in drawn]
    together, alone = (
        powered_mean(labelled, said.tolist(), document.tolist(), tuning=tuning).interval for tuning in (None, 0.0)
    )
    return together, alone, corrected(said.tolist(), document.tolist(), PERFECT)
