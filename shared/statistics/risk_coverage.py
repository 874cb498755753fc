"""Answering only what one is surest of: how the share of errors falls with the share of questions answered.

Selective risk and coverage as in Geifman and El-Yaniv (2017, NeurIPS); the area under the curve is the mean of the
risk over all coverages (AURC; Geifman, Uziel and El-Yaniv 2019, ICLR). Questions of equal certainty come in no order:
every number is the mean over all orders of them.

A number is told as a column: one value for each question, whose mean is the number and whose spread is its sampling
error (its influence function, Hampel 1974, or the jackknife's pseudo-values). A column can be put through every
interval and comparison of means, over clusters and paired with another arm's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.intervals import finite
from shared.statistics.resampling import Floats, Integers


@dataclass(frozen=True)
class Ordered:
    """Questions from the surest on. `errors`: 1 where not right; `certainty`: only its order counts."""

    questions: tuple[str, ...]
    certainty: Floats
    errors: Floats


def ordered(certainty: Mapping[str, float], errors: Mapping[str, float]) -> Ordered:
    """The questions of `errors`; all must have a certainty, the least of all being minus infinity."""
    questions = tuple(sorted(errors, key=lambda question: (-certainty[question], question)))
    sure = np.array([certainty[question] for question in questions], dtype=np.float64)
    return Ordered(questions, sure, finite([errors[question] for question in questions]))


def area(answers: Ordered) -> dict[str, float]:
    """The area under the curve, 0 being best: its column by question. Nothing of no questions.

    The column holds the jackknife's pseudo-values (Tukey 1958, Annals of Mathematical Statistics 29), moved to the
    area as their mean: the influence function alone is too narrow by a tenth with 60 questions.
    """
    n = len(answers.questions)
    if n < 2:
        return _column(answers, answers.errors)
    first, last = _ties(answers.certainty)
    places, size = np.arange(1, n + 1), last - first
    harmonic, wrong = _running(1 / places), _running(answers.errors)
    within = wrong[last] - wrong[first]
    up_to = wrong[first] + (places - first) * within / size  # errors up to each place, mean over orders of equals
    risks, risks_one_fewer = _running(up_to / places), _running(up_to[1:] / places[:-1])
    # The same without each question in turn: groups before its own stay, those behind move up by a place.
    steps = harmonic[last - 1] - harmonic[first]
    own_rate = (within - answers.errors) / np.maximum(1, size - 1)
    beside = wrong[first] * steps + own_rate * (size - 1 - first * steps)
    behind = risks_one_fewer[n - 1] - risks_one_fewer[last - 1]
    behind -= answers.errors * (harmonic[n - 1] - harmonic[last - 1])
    without = (risks[first] + beside + behind) / (n - 1)
    whole = risks[n] / n
    return _column(answers, whole + (n - 1) * (without.mean() - without))


def risk(answers: Ordered, coverage: float) -> dict[str, float]:
    """The share of errors among the surest `coverage` of the questions, in (0, 1]: its column by question.

    Where the line is drawn is uncertain as well: who gets in one more question there gets in its usual error, which is
    that of the neighbours (`_at_the_line`).
    """
    n = len(answers.questions)
    if not n:
        return {}
    first, last = _ties(answers.certainty)
    inside = np.clip((coverage * n - first) / (last - first), 0.0, 1.0)
    usual = _at_the_line(answers, coverage * n) if coverage < 1 else 0.0
    return _column(answers, inside * (answers.errors - usual) / coverage + usual)


def curve(answers: Ordered) -> list[tuple[float, float]]:
    """Coverage and risk after each group of equally sure answers, from the surest on."""
    n = len(answers.questions)
    if not n:
        return []
    _, last = _ties(answers.certainty)
    risks = np.cumsum(answers.errors) / np.arange(1, n + 1)
    ends = np.unique(last)
    return [(float(end / n), float(risks[end - 1])) for end in ends]


def _ties(certainty: Floats) -> tuple[Integers, Integers]:
    """Of each place, sorted from the surest, where its group of equal certainties begins and ends (not included)."""
    _, starts, groups, sizes = np.unique(-certainty, return_index=True, return_inverse=True, return_counts=True)
    return starts[groups], (starts + sizes)[groups]


def _at_the_line(answers: Ordered, place: float) -> float:
    """The share of errors of the answers around a place: n^(2/3) of them, which grow in number and shrink in share."""
    n = len(answers.questions)
    reach = max(3.0, n ** (2 / 3) / 2)
    first, last = int(max(0.0, np.floor(place - reach))), int(min(float(n), np.ceil(place + reach)))
    begins, ends = _ties(answers.certainty)
    return float(answers.errors[begins[first] : ends[last - 1]].mean())


def _running(values: Floats) -> Floats:
    """Sums of the first 0, 1, 2 ... values."""
    return np.concatenate([[0.0], np.cumsum(values)])


def _column(answers: Ordered, values: Sequence[float] | Floats) -> dict[str, float]:
    return dict(zip(answers.questions, map(float, values), strict=True))
