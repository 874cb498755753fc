"""Answers that can be carried: by their topic, with those of all other arms by a result, and by the scorer's changelog.

Models, and the documents and questions behind an answer, are bounded each by itself. Where all of them come together
at their largest, what is least needed is left out.
"""

from typing import Any

import structlog
from pydantic import ValidationError

from shared.messages import Answer
from shared.records import bounded

LONGEST, TITLE = 10_000, 200
"""Characters of what was said, and of the title of a passage."""
_LEAST_NEEDED = ("choice_log_probabilities", "evidence_titles", "evidence_texts", "citations", "evidence")
log = structlog.get_logger()


def fitted(**fields: Any) -> Answer:
    """The answer of these fields, cut where it is too long; `cut` then says so."""
    text, withheld, failure = fields["text"], fields["withheld"], fields["failure"]
    shortened = {
        "text": text[:LONGEST],
        "withheld": withheld[:LONGEST],
        "failure": None if failure is None else bounded(failure),
        "cut": fields["cut"] or max(len(text), len(withheld)) > LONGEST,
        "evidence_titles": tuple(title[:TITLE] for title in fields["evidence_titles"]),
    }
    kept = fields | shortened
    for name in _LEAST_NEEDED:
        try:
            return Answer(**kept)
        except ValidationError:
            log.warning("left out of an answer that is too large", question_id=kept["question_id"], field=name)
            del kept[name]
    return Answer(**kept)
