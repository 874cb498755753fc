"""The ceiling of retrieval: each question finds nothing but its gold documents."""

import random

from shared.lab.suites.disturbing import Disturbed, only_among
from shared.lab.suites.folder import Suite

SAID = "nothing but its gold documents can be found"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Only questions with gold documents are asked."""
    return Disturbed([only_among(one, one.gold_document_ids) for one in suite.questions if one.gold_document_ids])
