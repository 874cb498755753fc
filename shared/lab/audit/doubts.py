"""By which rule the headline measure reached its verdict, and whether it doubts it itself."""

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from shared.messages import Answer, Question

READING = "shared.scoring.reading"


class Ruled(NamedTuple):
    """How a verdict was reached. `rule` is empty where the measure does not say."""

    rule: str = ""
    doubtful: bool = False


def ruled(question: Question, answer: Answer) -> Ruled:
    """The rule of the reading that the headline measure stands on; of a measure without one nothing is doubtful."""
    if find_spec(READING) is None:
        return Ruled()
    reading = import_module(READING).read(question, answer)
    return Ruled() if reading is None else Ruled(reading.rule, reading.doubtful)
