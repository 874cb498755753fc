"""The announcements of documents, followed without a group and counted."""

import time

from services.tuner.news import News
from shared.kafka.topics import READ_S, Follower, UnfinishedReadError
from shared.messages import AdapterAnnounced
from shared.settings import KafkaSettings
from shared.topology import INDEXED


class Announcements:
    """Complete once made; each count takes in what came since."""

    def __init__(self, settings: KafkaSettings, news: News) -> None:
        self._news = news
        self._follower = Follower(settings, INDEXED.name)
        deadline = time.monotonic() + READ_S
        while not self._follower.caught_up():
            if time.monotonic() > deadline:
                raise UnfinishedReadError(f"{INDEXED.name}: not read to its end within {READ_S:g} s")
            self._take(wait_s=0.1)

    def not_learned_by(self, adapter: AdapterAnnounced | None) -> int:
        """As `News` counts it, of all that was announced by now."""
        while self._take(wait_s=0.0):
            pass
        return self._news.not_learned_by(adapter)

    def _take(self, wait_s: float) -> bool:
        record = self._follower.poll(wait_s)
        if record is not None:
            self._news.take([record])
        return record is not None
