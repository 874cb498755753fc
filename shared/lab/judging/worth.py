"""What a judge's word is worth: how far it agrees with references and with people, beyond chance (Cohen's kappa).

Only what the judge settled is compared: an inconsistent comparison and an unread reply say nothing, and their shares
stand beside. Of a grade, GOOD and better says that the answer is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.lab.voting.counting import Counted
from shared.messages import Result, Verdicts
from shared.messages.feedback import CHOICES
from shared.scoring.catalogue import HEADLINE, is_right
from shared.statistics.agreement import Agreement, agreement

GOOD = 4
Labels = list[tuple[str, str, str]]
"""The judge's label, the other side's, and the question."""


@dataclass(frozen=True)
class Item:
    """One judge's verdicts in one result, and the votes that count on its question."""

    result: Result
    verdicts: Verdicts
    votes: Sequence[Counted]

    @property
    def question_id(self) -> str:
        return self.result.question.question_id


@dataclass(frozen=True)
class Worth:
    """Agreement of a judge with the score `right`, and with each vote."""

    references: Agreement
    votes: Agreement

    @staticmethod
    def short(agreement: Agreement) -> str:
        """Kappa in short, for beside a number."""
        if not agreement.n:
            return "unknown, n 0"
        kappa = agreement.kappa
        value = "undefined" if kappa.mean is None else f"{kappa.mean:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
        return f"{value}, n {agreement.n}"


def of_comparisons(items: Sequence[Item]) -> Worth:
    """With references: which answer is right, or neither more than the other. With votes: the four choices."""
    settled = [
        (item, comparison)
        for item in items
        for comparison in item.verdicts.comparisons
        if comparison.outcome in CHOICES
    ]
    by_references = [
        (_side(comparison.outcome), preferred, item.question_id)
        for item, comparison in settled
        if (preferred := _right_side(item.result, comparison.arms)) is not None
    ]
    by_votes = [
        (str(comparison.outcome), str(vote.ballot.choice), item.question_id)
        for item, comparison in settled
        for vote in item.votes
        if vote.pair == comparison.arms
    ]
    return Worth(_agreement(by_references), _agreement(by_votes))


def of_grades(items: Sequence[Item]) -> Worth:
    """With references: whether an answer is right. With votes: which of two answers is better, by the higher grade."""
    by_references: Labels = [
        (str(graded.grade >= GOOD), str(is_right(right)), item.question_id)
        for item in items
        for graded in item.verdicts.grades
        if graded.grade is not None and (right := _score(item.result, graded.arm)) is not None
    ]
    by_votes: Labels = []
    for item in items:
        grades = {graded.arm: graded.grade for graded in item.verdicts.grades if graded.grade is not None}
        by_votes += [
            (_higher(grades[vote.pair[0]], grades[vote.pair[1]]), _side(vote.ballot.choice), item.question_id)
            for vote in item.votes
            if set(vote.pair) <= grades.keys()
        ]
    return Worth(_agreement(by_references), _agreement(by_votes))


def _side(choice: str) -> str:
    return choice if choice in ("a", "b") else "neither"


def _higher(first: float, second: float) -> str:
    return "a" if first > second else "b" if second > first else "neither"


def _right_side(result: Result, arms: tuple[str, str]) -> str | None:
    """The side that is right and the other is not; None where a score is not there."""
    first, second = (_score(result, arm) for arm in arms)
    return None if first is None or second is None else _higher(first, second)


def _score(result: Result, arm: str) -> float | None:
    scored = result.answers.get(arm)
    return scored.scores.get(HEADLINE) if scored else None


def _agreement(labels: Labels) -> Agreement:
    return agreement(*([row[place] for row in labels] for place in range(3)))
