"""An index that has stood still: questions see only the older half of the documents, by when they were first seen."""

import random
from datetime import datetime

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished

SAID = "the newer half of the documents not there yet"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Asked as of the median document; only questions with a gold document that is newer than that are asked.

    None is where documents have no times, or all the same.
    """
    seen = {name: first for name, document in suite.standing.items() if (first := _first_seen(document))}
    if not seen:
        return Disturbed([])
    median = sorted(seen.values())[(len(seen) - 1) // 2]
    hit = [
        question
        for question in suite.questions
        if any(seen.get(name, median) > median for name in question.gold_document_ids)
    ]
    return Disturbed([question.model_copy(update={"as_of": median}) for question in hit])


def _first_seen(document: DocumentPublished) -> datetime | None:
    return document.first_seen_at or document.published_at
