"""Declining, apart from being right: rightly where no document has an answer, and wrongly where one has.

Both kinds of question are never added up: an arm that declines more looks better on the one and worse on the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.outcomes import outcome
from shared.lab.report.paired import Pair, answerable, paired, unanswerable
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores, within
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval


@dataclass(frozen=True)
class Declining:
    """Of one arm: right and wrongly abstained of the answerable questions, rightly abstained of the unanswerable."""

    arm: str
    right: Interval
    wrongly: Interval
    rightly: Interval


@dataclass(frozen=True)
class Abstaining:
    """`comparisons`: the telling pairs by both measures (`RIGHTLY`, `WRONGLY`), one family for Holm's adjustment."""

    answerable: int
    unanswerable: int
    arms: tuple[Declining, ...]
    comparisons: tuple[Comparison, ...]


def abstaining(
    results: Sequence[Result], is_right: Scores, arms: Sequence[str], pairs: Sequence[Pair], rule: Rule
) -> Abstaining:
    """`is_right`: arm -> question -> right or not, by the headline."""
    with_answer, without = answerable(results), unanswerable(results)
    states = {arm: _states(results, arm) for arm in arms}
    wrongly = {arm: _share(states[arm], with_answer, "abstained") for arm in arms}
    rightly = {arm: _share(states[arm], without, "rightly abstained") for arm in arms}
    right = {arm: within(is_right.get(arm, {}), with_answer) for arm in arms}
    kinds = {HEADLINE: right, RIGHTLY: rightly, WRONGLY: wrongly}
    told = rule.intervals({(kind, arm): kinds[kind][arm] for kind in kinds for arm in arms})
    put = set().union(*states.values())
    return Abstaining(
        answerable=len(with_answer & put),
        unanswerable=len(without & put),
        arms=tuple(Declining(arm, told[HEADLINE, arm], told[WRONGLY, arm], told[RIGHTLY, arm]) for arm in arms),
        comparisons=tuple(paired({RIGHTLY: rightly, WRONGLY: wrongly}, pairs, rule, lower=(WRONGLY,), margin=False)),
    )


def _states(results: Sequence[Result], arm: str) -> dict[str, str]:
    """What became of each question that the arm was asked and that can be scored."""
    became = {result.question.question_id: outcome(result, arm) for result in results}
    return {question: state for question, state in became.items() if state and state != "not scored"}


def _share(states: Mapping[str, str], questions: set[str], wanted: str) -> dict[str, float]:
    return {question: float(state == wanted) for question, state in states.items() if question in questions}
