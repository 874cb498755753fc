"""In which order passages stand in the prompt: models read the first and the last best (Liu et al. 2024)."""

import random

from services.console.suites.disturbing import Disturbed, presented
from services.console.suites.folder import Suite

SAID = "the same five passages, {value}"
VALUES = ("best_last", "shuffled")
AGAINST = "passages-5"


def disturb(suite: Suite, _: random.Random, value: str) -> Disturbed:
    """Every question; compared with the same passages, best first."""
    return Disturbed([presented(one, passages=5, order=value) for one in suite.questions])
