"""Evidence that has nothing to do with the question: each finds only five documents, drawn from all but its own."""

import random

from shared.lab.suites.disturbing import Disturbed, only_among
from shared.lab.suites.folder import Suite

SAID = "nothing but five random documents can be found, none of them gold"
DRAWN = 5


def disturb(suite: Suite, draw: random.Random) -> Disturbed:
    """Every question is asked: one without gold should be declined with any evidence."""
    names = sorted(suite.standing)
    asked = []
    for question in suite.questions:
        others = [name for name in names if name not in question.gold_document_ids]
        if others:
            asked.append(only_among(question, draw.sample(others, min(DRAWN, len(others)))))
    return Disturbed(asked)
