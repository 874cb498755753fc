"""What a site's robots.txt allows (RFC 9309), asked once for each site and pass.

The standard library's parser knows no `*` and no `$`, and takes the first rule that fits for the longest.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.ingest import encodings
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import fetch
from services.ingest.ports import FeedUnavailableError

MOST_BYTES = 512 * 1024  # as much as the standard asks a crawler to read
LONGEST_DELAY_S = 60.0
OK, BROKEN = 200, 500
_LINE = re.compile(r"[\s\ufeff]*(?P<field>user-agent|allow|disallow|crawl-delay)\s*:\s*(?P<value>[^#]*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[a-z_-]+|\*", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Rules:
    """What one reader may ask of a site: of the rules that fit a path the longest, and of two as long the one that
    allows. None fits: it is allowed."""

    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    delay_s: float = 0.0

    def allow(self, url: str) -> bool:
        parts = urlsplit(url)
        path = unquote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        return _longest(self.allowed, path) >= _longest(self.disallowed, path)


NOTHING = Rules(disallowed=("/",))


def parsed(text: str, agent: str) -> Rules:
    """The rules of all groups that name this reader, else of all that name everyone."""
    groups = list(_groups(text))
    product = _product(agent)
    rules = [rule for agents, rules in groups if product in agents for rule in rules]
    if not any(product in agents for agents, _ in groups):
        rules = [rule for agents, rules in groups if "*" in agents for rule in rules]
    delays = [float(value) for field, value in rules if field == "crawl-delay" and _SECONDS.fullmatch(value)]
    return Rules(
        tuple(unquote(value) for field, value in rules if field == "allow" and value),
        tuple(unquote(value) for field, value in rules if field == "disallow" and value),
        max(delays, default=0.0),
    )


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Names of readers, in lines that follow each other, and the rules behind them."""
    agents: set[str] = set()
    rules: list[tuple[str, str]] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        field, value = match["field"].lower(), match["value"].strip()
        if field != "user-agent":
            rules.append((field, value))
            continue
        if rules:
            yield agents, rules
            agents, rules = set(), []
        agents.add(_product(value))
    yield agents, rules


def _product(agent: str) -> str:
    """What a reader is called, without its version."""
    match = _PRODUCT.match(agent)
    return match[0].lower() if match else ""


def _longest(patterns: Sequence[str], path: str) -> int:
    return max((len(pattern) for pattern in patterns if _fits(pattern, path)), default=0)


def _fits(pattern: str, path: str) -> bool:
    """Whether a path begins as a pattern says: `*` is anything, `$` the end."""
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for part in others:
        if (place := path.find(part, place) + len(part)) < len(part):
            return False
    at_the_end = place == len(path) or (bool(others) and path.endswith(others[-1]))  # which then stands there again
    return at_the_end or not pattern.endswith("$")


class Robots:
    """The rules of the sites met so far."""

    def __init__(self, settings: FeedSettings) -> None:
        self._settings = settings
        self._rules: dict[str, Rules] = {}

    def allow(self, url: str) -> bool:
        return self._of(url).allow(url)

    def pause_s(self, url: str) -> float:
        """How long to wait between two pages: as set, or longer where the site asks for it."""
        return max(self._settings.article_pause_s, min(self._of(url).delay_s, LONGEST_DELAY_S))

    def _of(self, url: str) -> Rules:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(site)
        return self._rules[site]

    def _read(self, site: str) -> Rules:
        """No such file: everything is allowed. No answer: nothing is."""
        try:
            page = fetch(f"{site}/robots.txt", self._settings, most_bytes=MOST_BYTES)
        except FeedUnavailableError:
            return NOTHING
        if page.status >= BROKEN:
            return NOTHING
        return parsed(encodings.marked(page.body), self._settings.user_agent) if page.status == OK else Rules()
