"""How soon documents can be found and how far services are, as JSON."""

from datetime import datetime

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import AtPage, Paged, paged
from shared.lab.freshness import FreshnessReport, stages
from shared.messages.schema import Message

router = APIRouter(prefix="/api")


class Waiting(Message):
    """A document of which nothing was announced yet, and the service that it waits for."""

    document_id: str
    published_at: datetime
    waits_for: str


class GroupBehind(Message):
    """What a service's group has not committed of a topic; `seconds`: the age of the first of it, where it is known."""

    service: str
    topic: str
    records: int
    seconds: float | None


class FreshnessNow(Message):
    """`as_of`: when the broker said how far services are; None where it does not, and `why`."""

    n: int
    report: FreshnessReport
    waiting: Paged[Waiting]
    behind: tuple[GroupBehind, ...]
    as_of: datetime | None
    why: str


@router.get("/freshness")
def freshness(site: OfSite, at: AtPage = 1) -> FreshnessNow:
    """Percentiles of each stage, documents on their way, those that wait longest first, and how far services are."""
    site.lags.refresh()
    lags, journeys = site.lags.value, site.documents.journeys
    waiting = paged(site.documents.on_the_way.oldest(lags), at)
    return FreshnessNow(
        n=len(journeys),
        report=FreshnessReport(stages=stages(journeys)),
        waiting=waiting.of(
            lambda known: Waiting(document_id=known.document_id, published_at=known.at, waits_for=known.for_service)
        ),
        behind=tuple(
            GroupBehind(
                service=of.group,
                topic=of.topic,
                records=of.records,
                seconds=None if of.oldest_at is None else max(0.0, (lags.at - of.oldest_at).total_seconds()),
            )
            for of in lags.behind
        )
        if lags
        else (),
        as_of=lags.at if lags else None,
        why=site.lags.why,
    )
