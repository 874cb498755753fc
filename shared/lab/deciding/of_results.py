"""Evidence from the results of a contest: each arm that anybody could use is a contestant.

All are measured on the same questions. Known news is what was published up to the adapter's cutoff, pending news what
came later: an arm with an adapter answered both as it would. An arm that reads without one is asked of known news as it
answered it, and of pending news as its model answers from memory, which is what the arm of the same speaker without a
context says. Questions that nothing answers are asked of both alike. Without an adapter in the contest all is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from shared.lab.deciding.evidence import Answered, Contestant, Evidence, Outcome, Updating
from shared.lab.deciding.placing import Placed, memory_of, training_of
from shared.lab.deciding.values import DAY_S
from shared.lab.report.costs import Batch, batch_of, batches_of, own_ms
from shared.lab.report.scores import clusters_of
from shared.messages import ArmTaken, Result
from shared.scoring.catalogue import HEADLINE, is_right
from shared.statistics.clusters import links_of

YEAR_S = 366 * DAY_S
WITHOUT_TIMES = (
    "which questions are about news from after the training is not known: give the documents' times "
    "(--documents, JSON lines with document_id and published_at)"
)


@dataclass(frozen=True)
class UpdateCosts:
    """Seconds until a published document can be found, and seconds of a training; None where none took place."""

    document_s: float
    training_s: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a time that is none, or longer than a year."""
        for name, seconds in (("a document", self.document_s), ("a training", self.training_s)):
            if seconds is not None and not 0 <= seconds <= YEAR_S:
                raise ValueError(f"seconds of {name}: {seconds:g} is no time between 0 and a year")

    def said(self, document_s: float | None, training_s: float | None) -> "UpdateCosts":
        """With what somebody says in place of what was measured."""
        return UpdateCosts(
            self.document_s if document_s is None else document_s,
            self.training_s if training_s is None else training_s,
        )


def evidence(placed: Placed, costs: UpdateCosts, *, bad: float = 0.0, taught_share: float | None = None) -> Evidence:
    """Of all arms that are not handed the right passages; `bad`: the largest share of bad questions,
    `taught_share`: of known news what training pairs teach.

    Raises ValueError where fewer than two can be used, nothing was scored, or what was learned cannot be told apart.
    """
    asked, arms = placed.asked, placed.arms
    if not asked:
        raise ValueError("no question has known accepted answers, so that nothing tells right from wrong")
    counted = _Counted(placed, batches_of(asked))
    contestants = [counted.contestant(arm, arms, costs) for arm in arms]
    links = links_of(clusters_of(asked, placed.material.asked))
    runs = {result.question.question_id: training_of(result) for result in asked}
    return Evidence(contestants, links, runs, placed.unanswerable, bad, placed.untaught, taught_share)


class _Counted:
    """Results with the batches they came in."""

    def __init__(self, placed: Placed, batches: Mapping[Batch, int]) -> None:
        self._placed, self._batches = placed, batches

    def contestant(self, arm: ArmTaken, arms: Sequence[ArmTaken], costs: UpdateCosts) -> Contestant:
        own = self._answers(arm)
        if not arm.reads and not arm.is_tuned:
            learns_nothing = Updating(by_training=False, seconds=0.0, machine_s=0.0)
            return Contestant(arm.name, self._known(own), self._pending(own), learns_nothing, own)
        if arm.is_tuned:
            return Contestant(arm.name, self._known(own), self._pending(own), self._training(arm, costs), own)
        memory = memory_of(arm, arms)
        said = self._answers(memory) if memory else {item: self._without_news(item, of) for item, of in own.items()}
        found = Updating(by_training=False, seconds=costs.document_s, machine_s=costs.document_s)
        return Contestant(arm.name, self._known(own), self._pending(said), found, own)

    def _training(self, arm: ArmTaken, costs: UpdateCosts) -> Updating:
        if not self._placed.ages:
            raise ValueError(f"{arm.name}: {WITHOUT_TIMES}")
        if costs.training_s is None:
            raise ValueError(f"{arm.name}: how long a training takes is not known: say it with --training-seconds")
        each = costs.document_s if arm.reads else 0.0
        return Updating(by_training=True, seconds=costs.training_s, machine_s=costs.training_s, document_s=each)

    def _known(self, answers: Mapping[str, Answered]) -> dict[str, Answered]:
        return {item: of for item, of in answers.items() if self._placed.is_on(item, later=False)}

    def _pending(self, answers: Mapping[str, Answered]) -> dict[str, Answered]:
        return {item: of for item, of in answers.items() if self._placed.is_on(item, later=True)}

    def _answers(self, arm: ArmTaken) -> dict[str, Answered]:
        """Of every question that was put to the arm; one that was missing counts as declined after its mean wait."""
        given, missing = dict[str, Answered](), list[str]()
        for result in self._placed.asked:
            item, scored = result.question.question_id, result.answers.get(arm.name)
            if scored is None:
                missing += [item] if arm.name in result.missing else []
            elif scored.answer.status != "skipped":
                together = self._batches.get(batch_of(scored.answer), 1)
                machine = scored.answer.retrieval_ms + scored.answer.generation_ms / together
                given[item] = Answered(_outcome(result, arm.name), _time(own_ms(scored.answer)), _time(machine))
        wait = fmean(of.wait_s for of in given.values()) if given else 0.0
        return given | {item: Answered("silent", wait, 0.0) for item in missing}

    def _without_news(self, item: str, answered: Answered) -> Answered:
        """What an arm is taken to say of news that it does not have, where nobody says what its model knows: wrong."""
        return answered if item in self._placed.unanswerable else replace(answered, outcome="wrong")


def _time(milliseconds: float) -> float:
    """In seconds; what no clock could have measured counts as nothing, or as a day."""
    return min(max(milliseconds / 1000, 0.0), DAY_S)


def _outcome(result: Result, arm: str) -> Outcome:
    scored = result.answers[arm]
    if scored.answer.status != "answered":
        return "silent"
    return "right" if is_right(scored.scores.get(HEADLINE, 0.0)) else "wrong"
