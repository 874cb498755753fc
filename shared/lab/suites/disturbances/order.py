"""In which order passages stand in the prompt: models read the first and the last best (Liu et al. 2024)."""

import random

from shared.lab.suites.disturbing import Disturbed, presented
from shared.lab.suites.folder import Suite

SAID = "the same five passages, {value}"
VALUES = ("best_last", "shuffled")
AGAINST = "passages-5"


def disturb(suite: Suite, _: random.Random, value: str) -> Disturbed:
    """Every question; compared with the same passages, best first."""
    return Disturbed([presented(question, passages=5, order=value) for question in suite.questions])
