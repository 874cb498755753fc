"""How much news an adapter has not learned, counted from the announcements."""

from collections.abc import Iterable
from datetime import datetime

from shared.messages import AdapterAnnounced, DocumentIndexed
from shared.moments import later
from shared.records import RawRecord, key_of, understood


class News:
    """The newest announcement of each document: when the broker took it and when it was first seen.

    About 250 bytes for each document. What a retention took away still counts until its announcement is gone.
    """

    def __init__(self) -> None:
        self._times: dict[str, tuple[datetime, datetime]] = {}

    def take(self, records: Iterable[RawRecord]) -> None:
        """Take in announcements as they come; one without a value takes its document out."""
        for record in records:
            if record.value is None:
                self._times.pop(key_of(record), None)
            for _, announced in understood(DocumentIndexed, [record]):
                self._times[announced.document_id] = (announced.appended_at, announced.first_seen_at)

    def not_learned_by(self, adapter: AdapterAnnounced | None) -> int:
        """Documents that came, were corrected or were retracted after its training began, or are past its cutoff.

        Without an adapter all of them.
        """
        if adapter is None:
            return len(self._times)
        seconds = adapter.cost.seconds if adapter.cost else adapter.training.seconds
        began = later(adapter.created_at, seconds=-seconds)
        return sum(appended > began or seen > adapter.cutoff for appended, seen in self._times.values())
