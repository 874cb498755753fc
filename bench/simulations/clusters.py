"""Questions that depend on one another: one document, several at once, one that dominates, and more of all of them."""

from itertools import pairwise

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Generator, Made, held, of, percent
from shared.statistics.clusters import Layout, independent, layout
from shared.statistics.resampling import Floats, Integers

LIFT = 0.1


def run(seed: int, short: bool) -> list[Row]:
    """Coverage by number of documents, power by number of questions, and where the method stops."""
    rng = np.random.default_rng(seed)
    experiments, slack = (300, 0.03) if short else (1_500, 0.0)
    rows = [_few(rng, experiments, slack), *_overlapping(rng, experiments, slack)]
    return [*rows, _dominated(rng, experiments, slack), _fewest(rng, experiments)]


def _right(rng: Generator, effects: Floats, lift: float) -> Made:
    """Right or wrong, the first arm's chance moved by what the question's documents have in common."""
    chance = np.clip(0.5 + lift + effects, 0, 1)
    values = (rng.random(effects.shape) < chance).astype(float) - (rng.random(effects.shape) < 0.5)
    spread = np.random.default_rng(0).normal(0, float(effects.std()), 400_000)
    return Made(values, np.full(effects.shape[1], float(np.clip(0.5 + lift + spread, 0, 1).mean()) - 0.5))


def _on_documents(rng: Generator, of_document: Integers, experiments: int, deviation: float = 0.3) -> Made:
    effects = rng.normal(0, deviation, (int(of_document.max()) + 1, experiments))
    return _right(rng, effects[of_document], LIFT)


def _few(rng: Generator, experiments: int, slack: float) -> Row:
    sizes, shares, plain = (6, 8, 10, 20, 60, 200), [], 0.0
    for documents in sizes:
        of_document = np.repeat(np.arange(documents), rng.integers(1, 6, documents))
        made = _on_documents(rng, of_document, experiments)
        shares.append(held(made, independent(of_document)))
        plain = held(made)
    return Row(
        "Questions on one document are one cluster",
        f"right or wrong, 1 to 5 questions on each of {', '.join(map(str, sizes))} documents",
        "at least 94 % within half a point",
        f"{percent(shares)} (the last by question: {percent([plain])})",
        experiments,
        min(shares) >= 0.935 - slack,
    )


def on_two_documents(rng: Generator, documents: int, n: int) -> tuple[Layout, Integers, Floats]:
    """Questions on one document, three in ten on two: the layout, the documents, and how much each counts."""
    both = rng.integers(0, documents, (n, 2))
    two = rng.random(n) < 0.3
    links = {f"q{at}": [f"d{name}" for name in (both[at] if two[at] else both[at, :1]).tolist()] for at in range(n)}
    weights = np.where(two[:, None], np.sqrt(0.5), [1.0, 0.0])
    return layout(list(links), links), both, weights


def _overlapping(rng: Generator, experiments: int, slack: float) -> list[Row]:
    sizes = (200, 400, 800, 1_600)
    shares, power, errors = [], [], []
    for n in sizes:
        hang, both, weights = on_two_documents(rng, 200, n)
        for lift in (0.0, LIFT):
            own = rng.normal(0, 0.3, (200, experiments))
            effects = own[both[:, 0]] * weights[:, :1] + own[both[:, 1]] * weights[:, 1:]
            made = _right(rng, effects, lift)
            if lift:
                shares.append(held(made, hang))
                power.append(float((of(made, hang).p < 0.05).mean()))
            else:
                errors.append(float((of(made, hang).p < 0.05).mean()))
    how = f"200 documents, 30 % of questions on two; {', '.join(map(str, sizes))} questions"
    rising = all(later > before - slack for before, later in pairwise(power))
    fair = min(shares) >= 0.935 - slack and max(errors) <= 0.065 + slack
    return [
        Row("More data never means less power", f"{how}, 10 points", "rises", f"decided in {percent(power)}",
            experiments, rising),
        Row("Clusters that overlap", how, "95 % held, 5 % false", f"held {percent(shares)}; false {percent(errors)}",
            experiments, fair),
    ]  # fmt: skip


def _dominated(rng: Generator, experiments: int, slack: float) -> Row:
    shares = (0.1, 0.2, 0.3, 0.5, 0.8)
    found = []
    for share in shares:
        large = int(200 * share)
        of_document = np.concatenate([np.zeros(large, dtype=np.intp), np.arange(1, 201 - large)])
        found.append(held(_on_documents(rng, of_document, experiments, 0.2), independent(of_document)))
    return Row(
        "One document that many questions are on",
        "200 questions, 10, 20, 30, 50, 80 % of them on one document",
        "at least 94 % within half a point; above a fifth 92 %, and a warning",
        percent(found),
        experiments,
        min(found[:2]) >= 0.935 - slack and min(found) >= 0.915 - slack,
    )


def _fewest(rng: Generator, experiments: int) -> Row:
    """Fewer than six clusters decide nothing, however many questions they have and whatever they say."""
    decided = 0
    for documents in (1, 2, 3, 5):
        of_document = np.repeat(np.arange(documents), 20)
        made = Made((rng.random((len(of_document), experiments)) < 0.95).astype(float), np.full(experiments, 0.95))
        decided += int((of(made, independent(of_document)).p < 0.05).sum())
    return Row(
        "Where the method stops", "20 questions on each of 1, 2, 3, 5 documents, 95 points apart",
        "below 6 clusters nothing is decided", f"{decided} decided", 4 * experiments, decided == 0,
    )  # fmt: skip
