"""Evidence from the results of a contest: each arm that anybody could use is a contestant.

What an adapter has learned is what was published up to its cutoff; what came later is pending for its arms. An arm that
reads without an adapter has taken up all news that can be found: pending for it is what its model would say from
memory, which is what the arm of the same speaker without a context says. Questions
that nothing answers are asked of what is known and of what is pending alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.deciding.evidence import Answered, Contestant, Evidence, Outcome, Updating
from shared.lab.report.costs import Batch, batch_of, batches_of, own_ms
from shared.lab.report.curves import ages
from shared.lab.report.material import Material
from shared.lab.report.scores import clusters_of
from shared.messages import ArmTaken, Result
from shared.messages.contests import GOLD
from shared.scoring.catalogue import HEADLINE
from shared.statistics.clusters import links_of

WITHOUT_TIMES = (
    "which questions are about news from after the training is not known: give the documents' times "
    "(--documents, JSON lines with document_id and published_at)"
)


@dataclass(frozen=True)
class UpdateCosts:
    """Seconds until a published document can be found, and seconds of a training; None where none took place."""

    document_s: float
    training_s: float | None = None

    def said(self, document_s: float | None, training_s: float | None) -> "UpdateCosts":
        """With what somebody says in place of what was measured."""
        return UpdateCosts(
            self.document_s if document_s is None else document_s,
            self.training_s if training_s is None else training_s,
        )


@dataclass(frozen=True)
class Basis:
    """What a decision was made from: questions, those that nothing answers, documents and trainings."""

    questions: int
    unanswerable: int
    documents: int
    trainings: int
    read_from: str


def basis(material: Material) -> Basis:
    """Of the results that count; without an adapter there are no trainings."""
    asked = [result for result in material.results if result.question.references is not None]
    names = {material.asked.get(result.question.question_id, result.question.question_id) for result in asked}
    none = {material.asked.get(item, item) for item in _unanswerable(asked)}
    documents = {name for result in asked for name in result.question.gold_document_ids}
    weights = {
        scored.answer.adapter.weights_sha256
        for result in asked
        for scored in result.answers.values()
        if scored.answer.adapter
    }
    return Basis(len(names), len(none), len(documents), len(weights), material.read_from)


def evidence(material: Material, costs: UpdateCosts) -> Evidence:
    """Of all arms that are not handed the right passages.

    Raises ValueError where fewer than two can be used, nothing was scored, or what was learned cannot be told apart.
    """
    asked = [result for result in material.results if result.question.references is not None]
    if not asked:
        raise ValueError("no question has known accepted answers, so that nothing tells right from wrong")
    arms = [arm for arm in material.contest.arms if arm.context != GOLD]
    counted = _Counted(asked, ages(material), batches_of(asked))
    contestants = [counted.contestant(arm, arms, costs) for arm in arms]
    items = {item for one in contestants for item in (*one.known, *one.pending)}
    links = links_of(clusters_of(asked, material.asked))
    runs = {item: material.runs.get(item, "") for item in items}
    return Evidence(contestants, links, runs, _unanswerable(asked))


class _Counted:
    """Results with the age of what they are about, in days after the adapter's cutoff, and the batches they came in."""

    def __init__(self, asked: Sequence[Result], placed: Mapping[str, float], batches: Mapping[Batch, int]) -> None:
        self._asked, self._placed, self._batches = asked, placed, batches

    def contestant(self, arm: ArmTaken, arms: Sequence[ArmTaken], costs: UpdateCosts) -> Contestant:
        answers = self._answers(arm)
        if arm.is_tuned:
            return self._trained(arm, answers, costs)
        if not arm.reads:
            return Contestant(arm.name, answers, answers, Updating(by_training=False, seconds=0.0, machine_s=0.0))
        memory = next((other for other in arms if other.speaker == arm.speaker and not other.reads), None)
        pending = self._answers(memory) if memory else {item: _mistaken(of) for item, of in answers.items()}
        found = Updating(by_training=False, seconds=costs.document_s, machine_s=costs.document_s)
        return Contestant(arm.name, answers, pending, found)

    def _trained(self, arm: ArmTaken, answers: Mapping[str, Answered], costs: UpdateCosts) -> Contestant:
        if not self._placed:
            raise ValueError(f"{arm.name}: {WITHOUT_TIMES}")
        if costs.training_s is None:
            raise ValueError(f"{arm.name}: how long a training takes is not known: say it with --training-seconds")
        alike = _unanswerable(self._asked)
        known = {item: of for item, of in answers.items() if item in alike or self._placed.get(item, 1.0) <= 0}
        pending = {item: of for item, of in answers.items() if item in alike or self._placed.get(item, 0.0) > 0}
        each = costs.document_s if arm.reads else 0.0
        learning = Updating(by_training=True, seconds=costs.training_s, machine_s=costs.training_s, document_s=each)
        return Contestant(arm.name, known, pending, learning)

    def _answers(self, arm: ArmTaken) -> dict[str, Answered]:
        """Of every question that was put to the arm; one that it did not answer in time counts as declined."""
        given: dict[str, Answered] = {}
        for result in self._asked:
            item, scored = result.question.question_id, result.answers.get(arm.name)
            if scored is None:
                if arm.name in result.missing:
                    given[item] = Answered("silent", result.question.deadline_s, 0.0)
            elif scored.answer.status != "skipped":
                work = own_ms(scored.answer)
                together = self._batches.get(batch_of(scored.answer), 1)
                machine = scored.answer.retrieval_ms + scored.answer.generation_ms / together
                given[item] = Answered(_outcome(result, arm.name), work / 1000, machine / 1000)
        return given


def _unanswerable(asked: Sequence[Result]) -> frozenset[str]:
    """Questions that no document has an answer to; what a retraction took away had one."""
    asked_of_nothing = (result.question for result in asked if result.question.references == ())
    return frozenset(question.question_id for question in asked_of_nothing if not question.gold_document_ids)


def _outcome(result: Result, arm: str) -> Outcome:
    scored = result.answers[arm]
    if scored.answer.status != "answered":
        return "silent"
    return "right" if scored.scores.get(HEADLINE, 0.0) >= 1 else "wrong"


def _mistaken(answered: Answered) -> Answered:
    return Answered("wrong", answered.wait_s, answered.machine_s)
