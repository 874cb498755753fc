"""What time costs by configured prices, and what an hour of staying current costs on either side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from shared.messages import AdapterAnnounced, Cost, DocumentIndexed
from shared.settings import Settings, under
from shared.telemetry import metrics

JOULES_PER_KWH = 3_600_000.0


class CostSettings(Settings):
    """What the machines draw and cost while they work; 0: unknown, and then no estimate is made."""

    model_config = under("COST")
    watts: float = Field(default=0.0, ge=0, description="of the machine while it trains or embeds")
    price_per_kwh: float = Field(default=0.0, ge=0, description="of electricity")
    price_per_hour: float = Field(default=0.0, ge=0, description="of the machine, on top of its electricity")
    currency: str = Field(default="EUR", description="of both prices")


@dataclass(frozen=True)
class StayingCurrent:
    """One side over a window: the cost of an hour, and how many documents and runs it was counted from.

    `hours` is the length of the window; `documents` is what became known in it, so that the sides can be compared for
    equal news. `hourly` is None where nothing was recorded.
    """

    side: str
    hours: float
    documents: int
    runs: int
    hourly: Cost | None


def priced(seconds: float, tokens: int, settings: CostSettings) -> Cost:
    """The cost of so many seconds of work: energy = power x time, money = both prices together."""
    kwh = settings.watts * seconds / JOULES_PER_KWH if settings.watts else None
    money = (kwh or 0.0) * settings.price_per_kwh + seconds / 3_600 * settings.price_per_hour
    known = settings.price_per_hour > 0 or (kwh is not None and settings.price_per_kwh > 0)
    return Cost(
        seconds=seconds,
        tokens=tokens,
        kwh=kwh,
        money=money if known else None,
        currency=settings.currency if known else "",
    )


def show_price(settings: CostSettings) -> None:
    """Let operators see what an hour of this process's machine costs, where the settings say it."""
    hour = priced(3_600.0, 0, settings)
    if hour.money is not None:
        metrics.PRICE.of(hour.currency).set(hour.money)


def hour_of_tuning(adapters: Iterable[AdapterAnnounced], *, since: datetime, until: datetime) -> StayingCurrent:
    """The memory side: every run that ended in [since, until), those that no gate let pass included.

    Its documents are those of the newest run: each run learns all of them anew. ValueError: the window is empty.
    """
    hours = _hours(since, until)
    runs = sorted(
        (adapter for adapter in adapters if since <= adapter.created_at < until), key=lambda adapter: adapter.created_at
    )
    costs = [adapter.cost or Cost(seconds=adapter.training.seconds, tokens=adapter.training.tokens) for adapter in runs]
    documents = runs[-1].documents if runs else 0
    return StayingCurrent("tuning", hours, documents, len(runs), _per_hour(costs, hours))


def hour_of_retrieval(
    announcements: Iterable[DocumentIndexed], settings: CostSettings, *, since: datetime, until: datetime
) -> StayingCurrent:
    """The retrieval side: the time in which revisions stored in [since, until) were chunked, embedded and stored.

    Revisions are worked on together, so that their spans overlap; time in which several were under way counts once.
    A span begins when ingest was done with the revision and so includes the embedder's queue: an upper bound of work.
    ValueError: the window is empty.
    """
    hours = _hours(since, until)
    spans: dict[tuple[str, int], tuple[datetime, datetime]] = {}
    for announcement in announcements:
        if since <= announcement.stored_at < until:  # a repeated announcement counts when it came first
            spans.setdefault(
                (announcement.document_id, announcement.revision), (announcement.ingested_at, announcement.stored_at)
            )
    seconds = _covered(spans.values())
    cost = [priced(seconds, 0, settings)] if spans else []
    return StayingCurrent("retrieval", hours, len({name for name, _ in spans}), len(spans), _per_hour(cost, hours))


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Length of the union of some spans, in seconds."""
    total, reached = timedelta(0), None
    for start, end in sorted(spans):
        begins = start if reached is None else max(start, reached)
        total += max(timedelta(0), end - begins)
        reached = end if reached is None else max(reached, end)
    return total.total_seconds()


def _hours(since: datetime, until: datetime) -> float:
    if until <= since:
        raise ValueError(f"the window from {since.isoformat()} to {until.isoformat()} is empty")
    return (until - since) / timedelta(hours=1)


def _per_hour(costs: list[Cost], hours: float) -> Cost | None:
    """Sums over hours; energy and money only where every part knows its own, in one currency."""
    if not costs:
        return None
    kwh = [cost.kwh for cost in costs if cost.kwh is not None]
    money = [cost.money for cost in costs if cost.money is not None]
    one_currency = len({cost.currency for cost in costs}) == 1
    return Cost(
        seconds=sum(cost.seconds for cost in costs) / hours,
        tokens=round(sum(cost.tokens for cost in costs) / hours),
        kwh=sum(kwh) / hours if len(kwh) == len(costs) else None,
        money=sum(money) / hours if len(money) == len(costs) and one_currency else None,
        currency=costs[0].currency if one_currency else "",
    )
