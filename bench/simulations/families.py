"""Many comparisons at once: what is falsely said, what is decided on a slice, what could have shown, and margins."""

from collections.abc import Sequence

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Generator, percent
from shared.statistics.comparison import Comparison, compare

ARMS = ("base", "base+rag", "tuned", "tuned+rag")
SLICES = {"learned": 44, "new": 44, "unanswerable": 24, "multi": 24, "corrected": 20, "retracted": 15, "rare": 8}
QUESTIONS = [f"{name} {at}" for name, n in SLICES.items() for at in range(n)]
OF_SLICE = {name: [question for question in QUESTIONS if question.startswith(f"{name} ")] for name in SLICES}
Chances = dict[str, dict[str, float]]  # slice -> arm -> how often it is right


def run(seed: int, short: bool) -> list[Row]:
    """False claims, decisions on small slices, `detectable`, and the four outcomes against a margin."""
    rng = np.random.default_rng(seed)
    trials, columns = (60, 400) if short else (400, 3_000)
    return [
        *_false(rng, trials),
        _eight_of_eight(rng, max(20, trials // 4)),
        *_detectable(rng, columns, 0.06 if short else 0.03),
        *_margins(rng, columns),
    ]


def asked(rng: Generator, chances: Chances) -> dict[str, dict[str, float]]:
    """Arm -> question -> right or not; half of the luck is the question's."""
    luck = rng.random(len(QUESTIONS))
    scores: dict[str, dict[str, float]] = {}
    for arm in ARMS:
        own = np.where(rng.random(len(QUESTIONS)) < 0.5, luck, rng.random(len(QUESTIONS)))
        likely = [chances[question.rpartition(" ")[0]][arm] for question in QUESTIONS]
        scores[arm] = dict(zip(QUESTIONS, (own < likely).astype(float).tolist(), strict=True))
    return scores


def _false(rng: Generator, trials: int) -> list[Row]:
    """Four equal arms, then two kinds of arms that differ by retrieval alone."""
    equal: Chances = {name: dict.fromkeys(ARMS, 0.4) for name in SLICES}
    overall, on_slices = 0, 0
    for _ in range(trials):
        comparisons = compare({"right": asked(rng, equal)}, slices=OF_SLICE)
        overall += any(c.verdict != "undecided" for c in comparisons if c.slice == "all")
        on_slices += any(c.verdict != "undecided" for c in comparisons if c.slice != "all")
    reading = {arm: 0.8 if arm.endswith("+rag") else 0.1 for arm in ARMS}
    half: Chances = {name: reading if at % 2 else dict.fromkeys(ARMS, 0.4) for at, name in enumerate(SLICES)}
    within = 0.0
    for _ in range(trials):
        comparisons = compare({"right": asked(rng, half)}, slices=OF_SLICE)
        alike = [
            c for c in comparisons if c.slice in list(SLICES)[::2] and c.a.endswith("+rag") != c.b.endswith("+rag")
        ]
        pairs = {(c.a, c.b) for c in alike}
        within += sum(any(c.verdict != "undecided" for c in alike if (c.a, c.b) == pair) for pair in pairs) / len(pairs)
    most = 0.05 + 2 * float(np.sqrt(0.05 * 0.95 / trials))
    how = "171 questions and a slice of 8, four arms, six pairs, seven slices"
    return [
        Row("Nothing false is said", f"{how}; all arms equal: of any pair on all questions", "in at most 5 %",
            percent([overall / trials]), trials, overall / trials <= most),
        Row("Nothing false is said", "the same: of any pair on any slice", "in at most 5 %",
            percent([on_slices / trials]), trials, on_slices / trials <= most),
        Row("Nothing false is said", "retrieval helps on three slices of seven: of a pair that it moves, on the others",
            "in at most 5 %", percent([within / trials]), trials, within / trials <= most),
    ]  # fmt: skip


def _eight_of_eight(rng: Generator, trials: int) -> Row:
    """Retrieval answers everything on the slice of eight and base and tuned nothing, among ordinary results."""
    chances: Chances = {name: {"base": 0.1, "base+rag": 0.6, "tuned": 0.3, "tuned+rag": 0.6} for name in SLICES}
    chances["rare"] = {"base": 0.0, "base+rag": 1.0, "tuned": 0.0, "tuned+rag": 1.0}
    decided = 0
    for _ in range(trials):
        comparisons = compare({"right": asked(rng, chances)}, slices=OF_SLICE)
        decided += next(c for c in comparisons if (c.slice, c.a, c.b) == ("rare", "base", "base+rag")).verdict == "b"
    return Row(
        "8 of 8 against 0 of 8 on a slice", "the same questions, among 42 comparisons on slices", "is decided",
        f"decided in {percent([decided / trials])}", trials, decided / trials >= 0.95,
    )  # fmt: skip


def _measures(values: dict[str, np.ndarray], family: int) -> list[Comparison]:
    """The first of `family` comparisons, the others of arms that do not differ, in the family that is decided."""
    questions = [f"q{at}" for at in range(len(values["a"]))]
    rest = {"a": dict.fromkeys(questions, 0.0), "b": dict.fromkeys(questions, 0.0)}
    rest["a"] |= dict(zip(questions, np.tile([0.0, 1.0], len(questions))[: len(questions)].tolist(), strict=True))
    rest["b"] |= dict(zip(questions, np.tile([1.0, 0.0], len(questions))[: len(questions)].tolist(), strict=True))
    first = {arm: dict(zip(questions, column.tolist(), strict=True)) for arm, column in values.items()}
    return compare({"first": first} | {f"other {at}": rest for at in range(family - 1)})


def _detectable(rng: Generator, trials: int, slack: float) -> list[Row]:
    """What a pilot says could have shown, and how often fresh data of that difference decide it in the family."""
    rows = []
    for n, family in ((96, 1), (96, 12), (40, 6), (400, 12)):
        said = [_measures(_pair(rng, n, 0.0), family)[0].detectable or 1.0 for _ in range(max(10, trials // 100))]
        lift = float(np.mean(said))
        decided = [_measures(_pair(rng, n, lift), family)[0].verdict != "undecided" for _ in range(trials // 10)]
        share = float(np.mean(decided))
        rows.append(
            Row("What could have shown is decided in 80 %",
                f"{n} questions, a family of {family}: {100 * lift:.0f} points were named", "80 %, at least 75 %",
                percent([share]), len(decided), share >= 0.75 - slack)
        )  # fmt: skip
    return rows


def _pair(rng: Generator, n: int, lift: float) -> dict[str, np.ndarray]:
    """Two arms about equally often right, that differ on a third of the questions; the first is lifted."""
    luck = rng.random(n)
    other = np.where(rng.random(n) < 1 / 3, rng.random(n), luck)
    return {"a": (luck < 0.5 + lift / 2).astype(float), "b": (other < 0.5 - lift / 2).astype(float)}


def _margins(rng: Generator, trials: int) -> list[Row]:
    """Against a margin of 5 points: what is called equivalent or no worse at the margin itself, and inside it."""
    outcomes = {}
    for n, lift in ((400, 0.05), (2_000, 0.05), (2_000, 0.0), (6_000, 0.0)):
        comparisons = [
            compare({"m": _named(_pair(rng, n, lift))}, margin=0.05)[0] for _ in range(max(20, trials // 10))
        ]
        outcomes[n, lift] = comparisons
    at_margin = [_share(outcomes[n, 0.05], "equivalent") for n in (400, 2_000)]
    inside = [_share(outcomes[n, 0.0], "equivalent") for n in (2_000, 6_000)]
    worse = [float(np.mean([c.no_worse in ("b", "both") for c in outcomes[n, 0.05]])) for n in (400, 2_000)]
    large = [
        compare({"m": _named(_pair(rng, 100_000, 0.004))}, margin=margin)[0]
        for margin in (None, 0.05)
        for _ in range(5)
    ]
    runs = len(outcomes[400, 0.05])
    return [
        Row("Equivalent within 5 points", "arms that differ by 5 points, 400 and 2,000 questions",
            "in 2.5 %, within chance", percent(at_margin), runs,
            max(at_margin) <= 0.025 + 2 * float(np.sqrt(0.025 / runs))),
        Row("Equivalent within 5 points", "arms that do not differ, 2,000 and 6,000 questions", "found",
            percent(inside), runs, inside[-1] >= 0.9),
        Row("No worse by more than 5 points", "an arm that is worse by 5 points, 400 and 2,000 questions",
            "in 2.5 %, within chance", percent(worse), runs, max(worse) <= 0.025 + 2 * float(np.sqrt(0.025 / runs))),
        Row("A difference too small to matter is called so", "0.4 points at 100,000 questions, without a margin and "
            "with 5 points", "trivial where decided",
            f"{sum(c.trivial for c in large)} of {sum((c.p_holm or 1) < 0.05 for c in large)}", len(large),
            all(c.trivial for c in large if (c.p_holm or 1) < 0.05)),
    ]  # fmt: skip


def _named(values: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    questions = [f"q{at}" for at in range(len(values["a"]))]
    return {arm: dict(zip(questions, column.tolist(), strict=True)) for arm, column in values.items()}


def _share(comparisons: Sequence[Comparison], verdict: str) -> float:
    return float(np.mean([comparison.verdict == verdict for comparison in comparisons]))
