"""Questions of general knowledge, which no news changes: what a training makes a model forget."""

from services.generator.tuning.gates import probes
from shared.messages import Question

GENERAL = "general"


def questions(most: int | None = None) -> list[Question]:
    """The packaged ones, at most so many; the same ones each time."""
    packaged = probes.packaged("general")
    return [
        Question(question_id=probe.key, text=probe.question, references=probe.accepted, slice=GENERAL)
        for probe in (packaged if most is None else probes.drawn(packaged, most))
    ]
