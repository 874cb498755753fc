"""Which documents may be learned at all."""

from collections.abc import Callable
from datetime import datetime

from services.generator.tuning.data.material import Previous
from services.generator.tuning.data.plan import DataPlan
from shared.jobs.dataset import RETRACTED
from shared.messages import Revision

TOO_NEW = "document after the cutoff"
NOT_FOR_EVERYONE = "document not for everyone"  # a model tells all who ask what it has learned
OTHER_LANGUAGE, DISTRUSTED, REPRINT = (
    "document in another language",
    "document not trusted enough",
    "document a reprint",
)
LEARNED = "document learned before"

Verdict = Callable[[Revision], str | None]


def verdicts(plan: DataPlan, cutoff: datetime | None, previous: Previous | None) -> Verdict:
    """Says why a document must not be learned, or None. Time is when a document was first seen."""

    def verdict(revision: Revision) -> str | None:
        reasons = {
            RETRACTED: revision.retracted,
            NOT_FOR_EVERYONE: bool(revision.labels),
            TOO_NEW: cutoff is not None and revision.first_seen_at > cutoff,
            OTHER_LANGUAGE: bool(plan.languages) and revision.language not in plan.languages,
            DISTRUSTED: revision.trust < plan.least_trust,
            REPRINT: not plan.reprints and revision.duplicate_of is not None,
            LEARNED: plan.documents == "new" and previous is not None and previous.knows(revision),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    return verdict
