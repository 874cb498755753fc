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
from shared.lab.deciding.values import DAY_S
from shared.lab.report.costs import Batch, batch_of, batches_of, own_ms
from shared.lab.report.curves import ages
from shared.lab.report.material import Material
from shared.lab.report.scores import clusters_of
from shared.messages import ArmTaken, Result
from shared.messages.contests import GOLD
from shared.scoring.catalogue import HEADLINE
from shared.statistics.clusters import links_of

MADE = "made-"
"""How the ids of questions begin that `tiltyard wire of` makes."""
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


@dataclass(frozen=True)
class Basis:
    """What a decision was made from: questions, those that nothing answers and those of unknown age, documents and
    trainings. `without_memory`: arms that read and have no arm beside them that says what their model knows. `made`:
    questions that rules made of documents.

    `corrected`, `retracted`, `joined`: questions about a correction, about a retraction, and over several documents.
    """

    questions: int
    unanswerable: int
    undated: int
    documents: int
    trainings: int
    without_memory: tuple[str, ...]
    read_from: str
    made: int = 0
    corrected: int = 0
    retracted: int = 0
    joined: int = 0


def basis(material: Material) -> Basis:
    """Of the results that count; without an adapter there are no trainings."""
    asked = _scored(material)
    counted = _Counted(asked, ages(material), batches_of(asked))
    named = {result.question.question_id: result.question for result in asked}
    once = {material.asked.get(item, item): question for item, question in named.items()}
    dated = {material.asked.get(item, item) for item in named if counted.is_dated(item)}
    none = {material.asked.get(item, item) for item in counted.unanswerable}
    documents = {name for question in once.values() for name in question.gold_document_ids}
    arms = _usable(material)
    lacking = tuple(arm.name for arm in arms if arm.reads and not arm.is_tuned and _memory(arm, arms) is None)
    trainings = len({_training(result) for result in asked} - {""})
    made = sum(name.startswith(MADE) for name in once)
    outdated = [question for question in once.values() if question.outdated is not None]
    return Basis(
        len(once), len(none), len(once) - len(dated), len(documents), trainings, lacking, material.read_from,
        made=made,
        corrected=sum(question.references != () for question in outdated),
        retracted=sum(question.references == () for question in outdated),
        joined=sum(len(question.gold_document_ids) > 1 for question in once.values()),
    )  # fmt: skip


def evidence(material: Material, costs: UpdateCosts, *, bad: float = 0.0) -> Evidence:
    """Of all arms that are not handed the right passages; `bad`: the largest share of bad questions.

    Raises ValueError where fewer than two can be used, nothing was scored, or what was learned cannot be told apart.
    """
    asked = _scored(material)
    if not asked:
        raise ValueError("no question has known accepted answers, so that nothing tells right from wrong")
    arms = _usable(material)
    counted = _Counted(asked, ages(material), batches_of(asked))
    contestants = [counted.contestant(arm, arms, costs) for arm in arms]
    links = links_of(clusters_of(asked, material.asked))
    runs = {result.question.question_id: _training(result) for result in asked}
    return Evidence(contestants, links, runs, counted.unanswerable, bad)


def _scored(material: Material) -> list[Result]:
    return [result for result in material.results if result.question.references is not None]


def _usable(material: Material) -> list[ArmTaken]:
    return [arm for arm in material.contest.arms if arm.context != GOLD]


def _training(result: Result) -> str:
    """The adapters that spoke, of all tracks."""
    spoke = {scored.answer.adapter.weights_sha256 for scored in result.answers.values() if scored.answer.adapter}
    return " ".join(sorted(spoke))


def _memory(arm: ArmTaken, arms: Sequence[ArmTaken]) -> ArmTaken | None:
    return next((other for other in arms if other.speaker == arm.speaker and not other.reads), None)


class _Counted:
    """Results with the age of what they are about, in days after the adapter's cutoff, and the batches they came in."""

    def __init__(self, asked: Sequence[Result], placed: Mapping[str, float], batches: Mapping[Batch, int]) -> None:
        self._asked, self._placed, self._batches = asked, placed, batches
        none = (result.question for result in asked if result.question.references == ())
        self.unanswerable = frozenset(question.question_id for question in none if not question.gold_document_ids)

    def is_dated(self, item: str) -> bool:
        """Whether it is known on which side of the training it lies; without a training all is known."""
        return not self._placed or item in self._placed or item in self.unanswerable

    def contestant(self, arm: ArmTaken, arms: Sequence[ArmTaken], costs: UpdateCosts) -> Contestant:
        own = self._answers(arm)
        if not arm.reads and not arm.is_tuned:
            learns_nothing = Updating(by_training=False, seconds=0.0, machine_s=0.0)
            return Contestant(arm.name, self._known(own), self._pending(own), learns_nothing, own)
        if arm.is_tuned:
            return Contestant(arm.name, self._known(own), self._pending(own), self._training(arm, costs), own)
        memory = _memory(arm, arms)
        said = self._answers(memory) if memory else {item: self._without_news(item, of) for item, of in own.items()}
        found = Updating(by_training=False, seconds=costs.document_s, machine_s=costs.document_s)
        return Contestant(arm.name, self._known(own), self._pending(said), found, own)

    def _training(self, arm: ArmTaken, costs: UpdateCosts) -> Updating:
        if not self._placed:
            raise ValueError(f"{arm.name}: {WITHOUT_TIMES}")
        if costs.training_s is None:
            raise ValueError(f"{arm.name}: how long a training takes is not known: say it with --training-seconds")
        each = costs.document_s if arm.reads else 0.0
        return Updating(by_training=True, seconds=costs.training_s, machine_s=costs.training_s, document_s=each)

    def _known(self, answers: Mapping[str, Answered]) -> dict[str, Answered]:
        return {item: of for item, of in answers.items() if self._is_on(item, later=False)}

    def _pending(self, answers: Mapping[str, Answered]) -> dict[str, Answered]:
        return {item: of for item, of in answers.items() if self._is_on(item, later=True)}

    def _is_on(self, item: str, *, later: bool) -> bool:
        """Whether a question is asked of news before or after the training; of both where that makes no difference."""
        if not self._placed or item in self.unanswerable:
            return True
        return item in self._placed and (self._placed[item] > 0) == later

    def _answers(self, arm: ArmTaken) -> dict[str, Answered]:
        """Of every question that was put to the arm; one that was missing counts as declined after its mean wait."""
        given, missing = dict[str, Answered](), list[str]()
        for result in self._asked:
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
        return answered if item in self.unanswerable else replace(answered, outcome="wrong")


def _time(milliseconds: float) -> float:
    """In seconds; what no clock could have measured counts as nothing, or as a day."""
    return min(max(milliseconds / 1000, 0.0), DAY_S)


def _outcome(result: Result, arm: str) -> Outcome:
    scored = result.answers[arm]
    if scored.answer.status != "answered":
        return "silent"
    return "right" if scored.scores.get(HEADLINE, 0.0) >= 1 else "wrong"
