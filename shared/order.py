"""Which of two states of a document is the newer one, when messages come in any order."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from shared.messages import DocumentPublished, Revision

REMEDY = "to replace that, give it a later first_seen_at"


def stated(message: DocumentPublished) -> datetime | None:
    """Since when a document is said to be as it is; None where it is so since the broker took it."""
    return message.first_seen_at or message.published_at


def older(message: DocumentPublished, stands: Revision) -> str:
    """Why a document is older than the revision that stands, or ""; only times that were stated are compared.

    A retraction is never too old: what is taken back must not stay because of a date.
    """
    moment = stated(message)
    if message.op == "retract" or moment is None or not _states(stands):
        return ""
    return f"older than {_shown(stands)}; {REMEDY}" if moment < stands.first_seen_at else ""


def may_repeat(message: DocumentPublished, stands: Revision) -> bool:
    """Whether nothing says that a document is newer than what stands: then it may be an earlier one, sent again.

    When the broker took a document says nothing: a story of tomorrow morning is not newer than its retraction of today.
    """
    moment = stated(message)
    newer = moment is not None and _states(stands) and moment > stands.first_seen_at
    return message.op == "upsert" and not newer and not closes(stands)


def closes(revision: Revision) -> bool:
    """Whether it is a retraction that states its time: what is of that time or later may then come, also once more."""
    return revision.retracted and _states(revision)


def forecast(message: DocumentPublished, stands: Revision | None) -> str:
    """What can be said of a document before it is published, by times alone: why it will change nothing, or ""."""
    if stands is None:
        return ""
    lost = f"{_shown(stands)} stands: the text as it was before does not come back; {REMEDY}"
    moment = stated(message)
    later = moment is not None and moment > stands.first_seen_at
    return older(message, stands) or (lost if stands.retracted and not later and may_repeat(message, stands) else "")


def taken_back(documents: Iterable[DocumentPublished], now: datetime) -> list[DocumentPublished]:
    """Retractions after which the same documents may be published again, in their order."""
    first: dict[str, datetime] = {}
    for document in documents:
        moment = stated(document) or now
        first[document.document_id] = min(moment, first.get(document.document_id, moment))
    return [DocumentPublished(document_id=name, op="retract", first_seen_at=moment) for name, moment in first.items()]


def hashes(newest_first: Iterable[Revision]) -> frozenset[str]:
    """The content hashes of revisions, back to a retraction that closes what was before it."""
    since = takewhile(lambda revision: not closes(revision), newest_first)
    return frozenset(revision.content_hash for revision in since) - {""}


def repeated(stands: Revision) -> str:
    """Why a text that stood before revision `stands` does not come back."""
    return f"as it stood before {_shown(stands)}; {REMEDY}"


def _states(revision: Revision) -> bool:
    return revision.first_seen_at != revision.appended_at


def _shown(revision: Revision) -> str:
    state = "retraction" if revision.retracted else "revision"
    return f"{state} {revision.revision} of {revision.first_seen_at.isoformat(timespec='seconds')}"
