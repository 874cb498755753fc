"""Two editions of somebody's documents: what was published up to a cutoff, and what came later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import inscriptis

from shared.messages import DocumentPublished
from shared.source_files import DataError

FIRST_SHARE = 0.7
"""Of the documents that the first edition has, where no cutoff is said."""
FEWEST = 2


def parted(
    documents: Sequence[DocumentPublished], cutoff: datetime | None
) -> tuple[list[DocumentPublished], list[DocumentPublished]]:
    """The first and the second, each in the order of publication; DataError where the documents make no two."""
    documents = [_undated(document) for document in documents]
    dated = [document for document in documents if document.published_at is not None]
    if len(dated) < len(documents) and (dated or cutoff is not None):
        raise DataError(
            f"{len(documents) - len(dated)} of {len(documents)} documents have no published_at, so that nothing says "
            "which news is later: give all of them one, or none and no --cutoff, and their order counts"
        )
    ordered = sorted(documents, key=_published) if len(dated) == len(documents) else list(documents)
    size = _share(ordered) if cutoff is None else sum(_published(document) <= cutoff for document in ordered)
    if min(size, len(ordered) - size) < FEWEST:
        raise DataError(
            f"the editions would have {size} and {len(ordered) - size} documents, and each needs {FEWEST}: give more "
            f"documents{f', or another --cutoff than {cutoff.isoformat()}' if cutoff else ''}"
        )
    return ordered[:size], ordered[size:]


def timed(
    first: Sequence[DocumentPublished], second: Sequence[DocumentPublished], now: datetime
) -> tuple[list[DocumentPublished], list[DocumentPublished]]:
    """Documents without times with one each, a minute apart up to now, so that every replay has the same.

    Those that have times are left as they are.
    """
    ordered = [*first, *second]
    if any(document.published_at is not None for document in ordered):
        return [*first], [*second]
    begun = now - timedelta(minutes=len(ordered))
    given = [
        document.model_copy(update={"published_at": begun + timedelta(minutes=at)})
        for at, document in enumerate(ordered)
    ]
    return given[: len(first)], given[len(first) :]


def _share(ordered: Sequence[DocumentPublished]) -> int:
    """How many make the first edition: about seven of ten, and none that has the time of one of the second."""
    wanted = round(FIRST_SHARE * len(ordered))
    if any(document.published_at is None for document in ordered):
        return wanted
    times = [_published(document) for document in ordered]
    changes = [at for at in range(1, len(times)) if times[at] != times[at - 1]]
    if not changes:
        raise DataError(
            f"all {len(ordered)} documents have one time, {times[0].isoformat()}, so that nothing says which news is "
            "later: give them the times of their publication, or none, and their order counts"
        )
    enough = [at for at in changes if min(at, len(times) - at) >= FEWEST]
    return min(enough or changes, key=lambda at: abs(at - wanted))


def _undated(document: DocumentPublished) -> DocumentPublished:
    """Without the time at which a feed first had it: what is replayed was seen when it was published."""
    return document.model_copy(update={"first_seen_at": None})


def _published(document: DocumentPublished) -> datetime:
    assert document.published_at is not None
    return document.published_at


def told(document: DocumentPublished) -> str | None:
    """The plain text; None of a retracted document, "" of one that nothing can be read in."""
    if document.op == "retract":
        return None
    if document.content_type == "text/plain":
        return document.text
    try:
        return str(inscriptis.get_text(document.text))
    except Exception:  # a stranger's markup may bring out any fault of the library
        return ""
