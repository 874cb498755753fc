"""What a site's robots.txt allows (RFC 9309), asked once for each site and pass."""

import re
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import fetch
from services.ingest.ports import FeedUnavailableError

MOST_BYTES = 512 * 1024  # as much as the standard asks a crawler to read
LONGEST_DELAY_S = 60.0
OK, REFUSED, BROKEN = 200, 400, 500
_UNREADABLE = re.compile(
    r"\s*(?:crawl-delay|request-rate)\s*:(?!\s*[0-9]{1,6}(?:/[0-9]{1,6}[smh]?)?\s*(?:#.*)?$)", re.IGNORECASE
)
"""Numbers on which the standard library's parser stumbles."""


class Robots:
    """The rules of the sites met so far."""

    def __init__(self, settings: FeedSettings) -> None:
        self._settings = settings
        self._rules: dict[str, RobotFileParser] = {}

    def allow(self, url: str) -> bool:
        return self._of(url).can_fetch(self._settings.user_agent, url)

    def pause_s(self, url: str) -> float:
        """How long to wait between two pages: as set, or longer where the site asks for it."""
        delay = self._of(url).crawl_delay(self._settings.user_agent)
        return max(self._settings.article_pause_s, min(float(delay or 0), LONGEST_DELAY_S))

    def _of(self, url: str) -> RobotFileParser:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(site)
        return self._rules[site]

    def _read(self, site: str) -> RobotFileParser:
        """No such file: everything is allowed. No answer: nothing is."""
        rules = RobotFileParser()
        try:
            page = fetch(f"{site}/robots.txt", self._settings, most_bytes=MOST_BYTES)
        except FeedUnavailableError:
            rules.disallow_all = True  # type: ignore[attr-defined]
            return rules
        lines = page.body.decode(errors="replace").splitlines() if page.status == OK else []
        rules.parse([line for line in lines if not _UNREADABLE.match(line)])
        rules.disallow_all = page.status >= BROKEN  # type: ignore[attr-defined]
        return rules
