"""Trainings as a sample: intervals that hold for other questions and other trainings, by their number and spread."""

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Generator, Made, held, of, percent
from shared.statistics.clusters import Layout, layout

RUNS = (2, 3, 5, 10)
DEVIATIONS = (0.0, 0.03, 0.068, 0.128)
QUESTIONS = (44, 96, 400)


def run(seed: int, short: bool) -> list[Row]:
    """Coverage for each number of trainings, and how often a difference of 0 is called one."""
    rng = np.random.default_rng(seed)
    experiments, slack = (200, 0.04) if short else (1_000, 0.0)
    sizes = QUESTIONS[:2] if short else QUESTIONS
    rows = []
    for runs in RUNS:
        hang = {n: of_runs(n, runs) for n in sizes}
        made = {(sd, n): trained_arm(rng, n, runs, sd, experiments) for sd in DEVIATIONS for n in sizes}
        worst = [min(held(made[sd, n], hang[n], trained=True) for n in sizes) for sd in DEVIATIONS]
        plain = min(held(made[DEVIATIONS[-1], n], hang[n]) for n in sizes)
        rows.append(_row(f"{runs} trainings", worst, plain, experiments * len(sizes), least=0.91 - slack))
    return [*rows, _false(rng, experiments, slack), _once(rng, experiments)]


def of_runs(questions: int, runs: int) -> Layout:
    """Every question in every run; what was said to one in all runs is one cluster."""
    items = [(question, number) for question in range(questions) for number in range(runs)]
    names = [f"q{question} ({number})" for question, number in items]
    links = {name: [f"q{question}"] for name, (question, _) in zip(names, items, strict=True)}
    return layout(names, links, {name: str(number) for name, (_, number) in zip(names, items, strict=True)})


def trained_arm(
    rng: Generator, questions: int, runs: int, deviation: float, experiments: int, lift: float = 0.1
) -> Made:
    """An arm that is trained anew in each run against one that is not; questions differ in hardness for both."""
    ease = rng.normal(0, 0.25, (questions, 1, experiments))
    of_run = rng.normal(0, deviation, (1, runs, experiments))
    tuned = rng.random((questions, runs, experiments)) < np.clip(0.4 + lift + ease + of_run, 0, 1)
    base = rng.random((questions, 1, experiments)) < np.clip(0.4 + ease, 0, 1)
    values = (tuned.astype(float) - base).reshape(questions * runs, experiments)
    fixed = np.random.default_rng(0)
    many, more = fixed.normal(0, 0.25, 400_000), fixed.normal(0, deviation, 400_000)
    truth = np.clip(0.4 + lift + many + more, 0, 1).mean() - np.clip(0.4 + many, 0, 1).mean()
    return Made(values, np.full(experiments, float(truth)))


def _row(name: str, worst: list[float], plain: float, runs: int, *, least: float) -> Row:
    return Row(
        "Several trainings: intervals hold for other questions and other trainings",
        f"{name}, which lie 0, 3.0, 6.8, 12.8 points apart; the worst of 44, 96, 400 questions",
        "at least 91 %",
        f"{percent(worst)} (over questions alone, at 12.8 points: {percent([plain])})",
        runs,
        min(worst) >= least,
    )


def _false(rng: Generator, experiments: int, slack: float) -> Row:
    false = []
    for runs in RUNS[1:]:
        made = trained_arm(rng, 96, runs, 0.068, experiments, lift=0.0)
        false.append(float((of(made, of_runs(96, runs), trained=True).p < 0.05).mean()))
    return Row(
        "An effect that is none is decided in 5 %", "3, 5, 10 trainings 6.8 points apart, 96 questions", "at most 7 %",
        percent(false), experiments, max(false) <= 0.07 + slack,
    )  # fmt: skip


def _once(rng: Generator, experiments: int) -> Row:
    """What one training cannot say: for other trainings its interval does not hold, and so it speaks of none."""
    share = held(trained_arm(rng, 96, 1, 0.068, experiments))
    return Row(
        "One training speaks for that adapter alone", "one training, deviation 6.8 points, 96 questions",
        "no claim about others; `one_training` says so", f"would hold for others in {percent([share])}", experiments,
        True,
    )  # fmt: skip
