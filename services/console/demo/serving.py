"""Letting one adapter after the other speak, and asking the same questions of each."""

from datetime import UTC, datetime

from shared import topology
from shared.adapters import registry
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.messages import AdapterAnnounced, Question, Result
from shared.settings import KafkaSettings

WHY = "a trial asks each of its adapters in turn"


def serve(kafka: KafkaSettings, name: str) -> str:
    """Let this adapter speak, whatever its gates say: the trial is there to measure it. Returns why they refused it.

    The broker has the change when this returns, and workers look before each batch. RegistryError: no such adapter.
    """
    adapters = KafkaView(kafka, topology.ADAPTERS).refresh()
    changes = turn_of(adapters, name, datetime.now(UTC))
    delivery = Delivery(kafka, "demo")
    for change in changes:
        publish(delivery, topology.ADAPTERS, change)
    delivery.flush()
    return registry.refusal(adapters[name])


def spoken_of(name: str, refused: str) -> str:
    """Who speaks for the tuned arms; where it would not serve by itself, that comes first. `refused` says why."""
    if not refused:
        return f"Adapter {name} speaks for the tuned arms."
    return (
        f"Adapter {name} would not serve by itself: {refused}. It speaks for the tuned arms all the same, since the "
        "trial is there to measure it; what they score may say nothing of what tuning can give."
    )


def turn_of(adapters: registry.Adapters, name: str, now: datetime) -> list[AdapterAnnounced]:
    """What is to be announced so that this adapter speaks; nothing where it does. RegistryError: no such adapter."""
    speaker = registry.speaking(registry.of_track(adapters, registry.find(adapters, name).track))
    if speaker is not None and speaker.name == name:
        return []
    return registry.promote(adapters, name, now=now, reason=WHY, despite_gates=True)


def asked_of(name: str, question: Question) -> Question:
    """The question under an id of its own."""
    return question.model_copy(update={"question_id": _id(question.question_id, name)})


def as_first_asked(name: str, result: Result) -> Result:
    """The result under the question's own id. Raises RuntimeError where another adapter answered than `name`."""
    spoke = {scored.answer.adapter.name for scored in result.answers.values() if scored.answer.adapter}
    if spoke - {name}:
        raise RuntimeError(f"{result.question.question_id} was to be answered by {name}, not by {', '.join(spoke)}")
    first = result.question.question_id.removesuffix(_id("", name))
    answers = {
        arm: scored.model_copy(update={"answer": scored.answer.model_copy(update={"question_id": first})})
        for arm, scored in result.answers.items()
    }
    question = result.question.model_copy(update={"question_id": first})
    return result.model_copy(update={"question": question, "answers": answers})


def _id(question_id: str, name: str) -> str:
    return f"{question_id}@{name}"
