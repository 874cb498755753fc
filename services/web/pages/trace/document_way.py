"""The way of a document's revisions, from its publication to where searches find it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from services.web.live.revisions import Passed
from services.web.pages.trace.question_way import Leg, Part, RecordPlaced, Way, ms_between
from shared import topology
from shared.messages import DocumentIndexed, Revision


def of_document(passed: Sequence[Passed]) -> Way:
    """Of all its records that are kept, of whichever revisions."""
    published = {of.at: of for of in passed if of.position.topic == topology.DOCUMENTS.name}
    numbered = [of for of in passed if of.revision is not None]
    records = [_placed(of, passed) for of in passed]
    told = {of.revision.appended_at for of in numbered if of.revision}
    records += [RecordPlaced("document", None, at) for at in sorted(told - set(published))]
    legs = [leg for number in sorted({_number(of) for of in numbered}) for leg in _legs(number, numbered)]
    return Way(tuple(sorted(records, key=lambda record: record.at)), tuple(legs), tuple(_notes(published, told)))


def of_stored(stored: Revision) -> Way:
    """Of a document of which the store alone tells, and of its newest revision alone."""
    what = f"document, revision {stored.revision}{', a retraction' if stored.retracted else ''}"
    note = "Its records are no longer among the newest of their topics. The store tells when its newest revision came."
    return Way((RecordPlaced(what, None, stored.appended_at),), (), (note,))


def _number(passed: Passed) -> int:
    return passed.revision.revision if passed.revision else 0


def _placed(of: Passed, passed: Sequence[Passed]) -> RecordPlaced:
    if of.revision is None:
        known = next(
            (other.revision for other in passed if other.revision and other.revision.appended_at == of.at), None
        )
        return RecordPlaced(f"document, revision {known.revision}" if known else "document", of.position, of.at)
    what = "announcement" if of.announced else "chunks"
    taken_back = ", a retraction" if of.revision.retracted else ""
    return RecordPlaced(f"{what}, revision {of.revision.revision}{taken_back}", of.position, of.at)


def _legs(number: int, numbered: Sequence[Passed]) -> Iterator[Leg]:
    """Of one revision: by ingest, then by the embedder; of repeated records the first ones."""
    chunked = next((of for of in numbered if _number(of) == number and not of.announced), None)
    announced = next((of for of in numbered if _number(of) == number and of.announced), None)
    name = f"revision {number}"
    if chunked is not None and chunked.revision is not None:
        taken = chunked.revision
        times = (("taken in", taken.ingested_at), ("handed on", chunked.at))
        yield Leg("ingest", name, taken.appended_at, chunked.at, _parts(taken.appended_at, times))
    if announced is not None and (told := announced.announced) is not None:
        start = chunked.at if chunked else told.appended_at
        before = () if chunked else (("taken in", told.ingested_at),)
        times = (*before, *_embedding(told), ("announced", announced.at))
        who = "embedder" if chunked else "ingest and embedder"
        yield Leg(who, name, start, announced.at, _parts(start, times))


def _embedding(told: DocumentIndexed) -> Iterator[tuple[str, datetime]]:
    if told.embedded_at is not None:
        yield "embedded", told.embedded_at
    yield "stored", told.stored_at


def _parts(start: datetime, times: Sequence[tuple[str, datetime]]) -> tuple[Part, ...]:
    """From one time to the next. Storing what was embedded is work alone; before the others records waited too."""
    known = [("", start), *times]
    return tuple(
        Part(f"until {what}", "work" if (before, what) == ("embedded", "stored") else "both", ms_between(began, at))
        for (before, began), (what, at) in pairwise(known)
    )


def _notes(published: dict[datetime, Passed], told: set[datetime]) -> Iterator[str]:
    if told - set(published):
        yield "A record of the document is no longer among the newest of its topic; what came of it tells when it came."
    if waiting := [at for at in published if at not in told]:
        yield (
            f"Of {len(waiting)} of its records nothing came yet, or nothing ever will: what says what an earlier one "
            "said changes nothing."
        )
