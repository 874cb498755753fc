"""Arms at equal coverage: how often each errs when it answers only the questions that it is surest of.

Over questions that have an accepted answer. An answer that the arm withheld counts as what it would have said. A
question to which it had nothing to say (the model itself declined, or it failed or came too late) comes last and
counts as not right: at full coverage everything must be answered.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import inf
from typing import Literal

from shared.certainty import as_said, probability
from shared.lab.report.outcomes import outcome
from shared.lab.report.paired import Pair, answerable, paired, shares_of
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores
from shared.messages import Answer, Result
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.statistics import risk_coverage
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.risk_coverage import Ordered

COVERAGES = (0.25, 0.5, 0.75, 1.0)
LEAST = 0.1  # a smaller share of the questions says too little to compare arms at
AREA, RISK = "area under risk and coverage", "errors at equal coverage"
Certainty = Literal["support", "probability"]


@dataclass(frozen=True)
class Selective:
    """Of one arm. `by`: its certainty is that of its rule of abstention (`support`) or its words' probability.

    `answered`: share that it answered by itself, `spoken`: share that it had something to say to. `risks`: coverage ->
    share not right. `curve`: coverage and share not right after each group of equally sure answers.
    """

    arm: str
    n: int
    by: Certainty
    answered: float
    spoken: float
    area: Interval
    risks: Mapping[float, Interval]
    curve: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class RiskCoverage:
    """`coverage`: the share at which arms are compared by `RISK`: what the one that answers least answers by itself.

    `comparisons`: the telling pairs by `AREA` and by `RISK`, one family; less is better by both. `without`: arms that
    say of no answer how sure they were.
    """

    arms: tuple[Selective, ...]
    without: tuple[str, ...]
    coverage: float | None
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class _Arm:
    by: Certainty
    answered: float
    spoken: float
    answers: Ordered


def selective(results: Sequence[Result], arms: Sequence[str], pairs: Sequence[Pair], rule: Rule) -> RiskCoverage:
    """Of the arms that say how sure they were, over the questions that all of those were asked."""
    known = answerable(results)
    put = {
        arm: {r.question.question_id: r for r in results if r.question.question_id in known and _counts(r, arm)}
        for arm in arms
    }
    telling = {arm: by for arm in arms if (by := _certainty_of([r.answers[arm].answer for r in put[arm].values()
                                                               if arm in r.answers]))}  # fmt: skip
    common = set.intersection(*(set(put[arm]) for arm in telling)) if telling else set()
    told = {arm: _arm({q: put[arm][q] for q in common}, arm, by) for arm, by in telling.items() if common}
    # What an arm answers by itself; one that answers next to nothing would leave nothing to compare.
    coverage = max(LEAST, min(arm.answered for arm in told.values())) if told else None
    return RiskCoverage(
        arms=tuple(_told(told, rule)),
        without=tuple(arm for arm in arms if arm not in told),
        coverage=coverage,
        comparisons=tuple(paired(_columns(told, coverage), pairs, rule, lower=(AREA, RISK), margin=False))
        if coverage
        else (),
    )


def _counts(result: Result, arm: str) -> bool:
    return outcome(result, arm) not in (None, "not scored")


def _columns(told: Mapping[str, _Arm], coverage: float) -> dict[str, Scores]:
    return {
        AREA: {name: risk_coverage.area(arm.answers) for name, arm in told.items()},
        RISK: {name: risk_coverage.risk(arm.answers, coverage) for name, arm in told.items()},
    }


def _told(told: Mapping[str, _Arm], rule: Rule) -> Iterator[Selective]:
    """All numbers of all arms are resampled together, since they are over the same questions."""
    columns: dict[Pair, dict[str, float]] = {}
    for name, arm in told.items():
        columns |= {(str(share), name): risk_coverage.risk(arm.answers, share) for share in COVERAGES}
        columns[AREA, name] = risk_coverage.area(arm.answers)
    intervals = shares_of(columns, rule)
    for name, arm in told.items():
        risks = {share: intervals[str(share), name] for share in COVERAGES}
        points, n = tuple(risk_coverage.curve(arm.answers)), len(arm.answers.questions)
        yield Selective(name, n, arm.by, arm.answered, arm.spoken, intervals[AREA, name], risks, points)


def _certainty_of(answers: Sequence[Answer]) -> Certainty | None:
    """What more of the arm's answers carry: of equally many what its rule of abstention weighs them by."""
    carried = Counter(by for answer in answers for by, value in _certainties(answer) if value is not None)
    ranked = sorted(carried, key=lambda by: (carried[by], by == "support"))
    return ranked[-1] if ranked else None


def _certainties(answer: Answer) -> Iterator[tuple[Certainty, float | None]]:
    said = as_said(answer)
    yield "support", answer.support if said.status == "answered" else None
    yield "probability", probability(said)


def _arm(results: Mapping[str, Result], arm: str, by: Certainty) -> _Arm:
    certainty, errors, answered, spoken = dict[str, float](), dict[str, float](), 0, 0
    for question, result in results.items():
        scored = result.answers.get(arm)
        said = as_said(scored.answer) if scored else None
        certainty[question], errors[question] = -inf, 1.0
        if scored is None or said is None or said.status != "answered":
            continue
        spoken += 1
        answered += scored.answer.status == "answered"
        sure = dict(_certainties(scored.answer))[by]
        certainty[question] = -1e9 if sure is None else sure
        right = _right_if_said(result, said) if said is not scored.answer else scored.scores.get(HEADLINE, 0.0)
        errors[question] = 1.0 - right
    n = len(results)
    return _Arm(by, answered / n, spoken / n, risk_coverage.ordered(certainty, errors))


def _right_if_said(result: Result, said: Answer) -> float:
    """How a withheld answer would have scored: the headline is of a question and an answer alone."""
    score = import_module(f"{catalogue.MEASURES}.{HEADLINE}").score(result.question, said)
    return float(score or 0.0)
