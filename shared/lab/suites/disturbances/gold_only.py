"""The ceiling of retrieval: each question finds nothing but its gold documents."""

import random

from shared.lab.suites.disturbing import Disturbed, only_among
from shared.lab.suites.folder import Suite

SAID = "nothing but its gold documents can be found"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Only questions with gold documents are asked."""
    return Disturbed(
        [only_among(question, question.gold_document_ids) for question in suite.questions if question.gold_document_ids]
    )
