"""The results that a decision rests on, and which of them are about news from before and from after a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.jobs.asking import UNTAUGHT
from shared.lab.report.curves import ages
from shared.lab.report.material import Material
from shared.messages import ArmTaken, Result
from shared.messages.contests import GOLD


@dataclass(frozen=True)
class Placed:
    """Results of questions with known accepted answers. `ages`: question id -> how many days after the adapter's cutoff
    its news is; without an adapter it is empty, and all news is known.
    """

    material: Material
    asked: Sequence[Result]
    ages: Mapping[str, float]

    @cached_property
    def unanswerable(self) -> frozenset[str]:
        """Ids of questions that no news answers, whatever was taken up."""
        none = (result.question for result in self.asked if result.question.references == ())
        return frozenset(question.question_id for question in none if not question.gold_document_ids)

    @cached_property
    def untaught(self) -> frozenset[str]:
        """Ids of questions about known news that no pair teaches the answer to."""
        named = (of.question.question_id for of in self.asked if of.question.slice == UNTAUGHT)
        return frozenset(item for item in named if self.is_on(item, later=False))

    @property
    def arms(self) -> list[ArmTaken]:
        """Those that anybody could use: not those that are handed the right passages."""
        return [arm for arm in self.material.contest.arms if arm.context != GOLD]

    def is_dated(self, item: str) -> bool:
        """Whether it is known on which side of the training a question lies; without a training all is known."""
        return not self.ages or item in self.ages or item in self.unanswerable

    def is_on(self, item: str, *, later: bool) -> bool:
        """Whether a question is asked of news before or after the training; of both where that makes no difference."""
        if not self.ages or item in self.unanswerable:
            return True
        return item in self.ages and (self.ages[item] > 0) == later


def placed(material: Material) -> Placed:
    """Those of a contest's results that can count."""
    asked = [result for result in material.results if result.question.references is not None]
    return Placed(material, asked, ages(material))


def training_of(result: Result) -> str:
    """The adapters that spoke, of all tracks."""
    spoke = {scored.answer.adapter.weights_sha256 for scored in result.answers.values() if scored.answer.adapter}
    return " ".join(sorted(spoke))


def memory_of(arm: ArmTaken, arms: Sequence[ArmTaken]) -> ArmTaken | None:
    """The arm that says what the same speaker knows without reading."""
    return next((other for other in arms if other.speaker == arm.speaker and not other.reads), None)
