"""How many passages stand in the prompt, whatever the generator is set up to give."""

import random

from shared.lab.suites.disturbing import Disturbed, presented
from shared.lab.suites.folder import Suite

SAID = "prompts with up to {value} passages"
VALUES = ("0", "1", "2", "3", "5")


def disturb(suite: Suite, _: random.Random, value: str) -> Disturbed:
    """Every question; 0 passages ask the retrieval arms' prompt without evidence."""
    return Disturbed([presented(question, passages=int(value)) for question in suite.questions])
