"""A decision with all that a page shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.lab.deciding import keeping_up, learning_curve, reviewed, taught_share, wording
from shared.lab.deciding import ways as described
from shared.lab.deciding.basis import Basis
from shared.lab.deciding.chart import Chart
from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.forgetting import Gates
from shared.lab.deciding.keeping_up import Load
from shared.lab.deciding.learning_curve import Fit, LearningCurve
from shared.lab.deciding.made_with import MadeWith
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.taught_share import TaughtShare
from shared.lab.deciding.turning import Turn
from shared.lab.deciding.values import Values
from shared.lab.deciding.ways import Way
from shared.lab.report.numbers import Numbers
from shared.lab.reviewing.counting import Review


@dataclass(frozen=True)
class Decided:
    """All that a page is made from. `curve`: trainings of several sizes, where somebody measured them. `review`: what a
    person found who read some of the questions. `gates`: of each training. `taught`: of known
    news what pairs teach.
    """

    evidence: Evidence
    values: Values
    decision: Decision
    turns: Sequence[Turn]
    chart: Chart
    basis: Basis
    numbers: Numbers
    made_with: MadeWith
    curve: LearningCurve | None = None
    review: Review | None = None
    gates: Sequence[Gates] = ()
    taught: TaughtShare | None = None

    @property
    def sentences(self) -> list[str]:
        return wording.sentences(self.decision, self.basis, self.turns)

    @property
    def of_review(self) -> list[str]:
        """What is known of the questions, beside."""
        return reviewed.sentences(self.decision, self.basis, self.review, self.values)

    @property
    def of_taught(self) -> list[str]:
        """How far made questions ask what pairs teach, and what it would change if they taught more."""
        return taught_share.sentences(self.taught, self.basis, self.decision.best)

    @cached_property
    def ways(self) -> list[Way]:
        """Each contestant in words."""
        return described.ways(self.evidence, self.numbers, self.basis.without_memory)

    @cached_property
    def loads(self) -> list[Load]:
        """What a machine works for each contestant."""
        return keeping_up.loads(self.evidence, self.decision)

    @property
    def warning(self) -> str:
        """Where a machine does not do what is recommended; "" where it does."""
        return keeping_up.warning(self.decision, self.loads)

    @cached_property
    def fit(self) -> Fit | None:
        """What the curve says; None without one, or with too few trainings."""
        return learning_curve.fit(self.curve) if self.curve else None
