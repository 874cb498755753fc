"""An index without what is asked for: no gold document of any question is there."""

import random

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite

SAID = "every gold document left out"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Only questions with gold documents are asked: for the others nothing is taken away."""
    gold = {name for question in suite.questions for name in question.gold_document_ids}
    documents = [document for document in suite.documents if document.document_id not in gold]
    return Disturbed([question for question in suite.questions if question.gold_document_ids], documents=documents)
