"""What an hour of staying current costs on either side: training beside embedding."""

from collections.abc import Sequence
from datetime import datetime

from shared.costs import CostSettings, StayingCurrent, hour_of_retrieval, hour_of_tuning
from shared.lab.report.blocks import Paragraph, Section, Table
from shared.lab.report.phrasing import moment, plain
from shared.messages import AdapterAnnounced, DocumentIndexed, Result
from shared.statistics.wording import NONE

HEADS = ("side", "documents", "runs", "busy seconds an hour", "kWh an hour", "money an hour")


def sections(
    adapters: Sequence[AdapterAnnounced],
    indexed: Sequence[DocumentIndexed],
    results: Sequence[Result],
    *,
    costs: CostSettings,
) -> list[Section]:
    """From the first document or training that the topics keep to the last scored result; nothing without either."""
    begun = [adapter.created_at for adapter in adapters] + [document.ingested_at for document in indexed]
    until = max((result.scored_at for result in results), default=None)
    if not begun or until is None or min(begun) >= until:
        return []
    since = min(begun)
    sides = [
        hour_of_tuning(adapters, since=since, until=until),
        hour_of_retrieval(indexed, costs, since=since, until=until),
    ]
    return [section(sides, since, until)]


def section(sides: Sequence[StayingCurrent], since: datetime, until: datetime) -> Section:
    """The table of both sides."""
    rows = [_row(side) for side in sides]
    table = Table(f"From {moment(since)} to {moment(until)}", HEADS, rows, numbers=range(1, len(HEADS)))
    about = Paragraph(
        "Tuning: every training that ended in this time, with its gates; each learns all of its documents anew. "
        "Retrieval: the time in which revisions were chunked, embedded and stored, queues included; time in which "
        "several were under way counts once. Energy and money are estimates by the settings TILTYARD_COST_WATTS, "
        "_PRICE_PER_KWH and _PRICE_PER_HOUR, and absent while these are 0. What answering costs stands under latency.",
        small=True,
    )
    return Section("What an hour of staying current costs", "hour", [table, about])


def _row(side: StayingCurrent) -> list[str]:
    counted = [side.side, str(side.documents), str(side.runs)]
    if side.hourly is None:
        return [*counted, NONE, NONE, NONE]
    kwh = NONE if side.hourly.kwh is None else plain(side.hourly.kwh, 4)
    money = NONE if side.hourly.money is None else f"{plain(side.hourly.money, 4)} {side.hourly.currency}"
    return [*counted, plain(side.hourly.seconds, 1), kwh, money]
