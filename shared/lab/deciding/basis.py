"""What a decision was made from."""

from dataclasses import dataclass

from shared.jobs.asking import MADE
from shared.lab.deciding.placing import Placed, memory_of, training_of


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


def basis(placed: Placed) -> Basis:
    """Of the results that count; without an adapter there are no trainings."""
    asked, material = placed.asked, placed.material
    named = {result.question.question_id: result.question for result in asked}
    once = {material.asked.get(item, item): question for item, question in named.items()}
    dated = {material.asked.get(item, item) for item in named if placed.is_dated(item)}
    none = {material.asked.get(item, item) for item in placed.unanswerable}
    documents = {name for question in once.values() for name in question.gold_document_ids}
    arms = placed.arms
    lacking = tuple(arm.name for arm in arms if arm.reads and not arm.is_tuned and memory_of(arm, arms) is None)
    trainings = len({training_of(result) for result in asked} - {""})
    made = sum(name.startswith(MADE) for name in once)
    outdated = [question for question in once.values() if question.outdated is not None]
    return Basis(
        len(once), len(none), len(once) - len(dated), len(documents), trainings, lacking, material.read_from,
        made=made,
        corrected=sum(question.references != () for question in outdated),
        retracted=sum(question.references == () for question in outdated),
        joined=sum(len(question.gold_document_ids) > 1 for question in once.values()),
    )  # fmt: skip
