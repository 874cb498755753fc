"""By which rule the headline measure reached its verdict, and whether it doubts it itself."""

from typing import NamedTuple

from shared.messages import Answer, Question
from shared.scoring.reading import read


class Ruled(NamedTuple):
    """How a verdict was reached. `rule` is empty where the measure does not apply."""

    rule: str = ""
    doubtful: bool = False


def ruled(question: Question, answer: Answer) -> Ruled:
    """The rule of the reading that the headline measure stands on."""
    reading = read(question, answer)
    return Ruled() if reading is None else Ruled(reading.rule, reading.doubtful)
