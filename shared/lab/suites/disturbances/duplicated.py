"""Reprints: every document stands there three times under different ids."""

import random

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite

SAID = "every document three times"
COPIES = 2


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Each document with its copies right behind it, revisions and retractions too."""
    documents = [
        document if copy == 0 else document.model_copy(update={"document_id": f"{document.document_id}~copy{copy}"})
        for document in suite.documents
        for copy in range(COPIES + 1)
    ]
    return Disturbed(suite.questions, documents=documents)
