"""`python -m services.ingest.feeding KIND ADDRESS`: read a feed again and again, and publish what is new.

Progress is one JSON object a line on standard output. A feed that cannot be read is tried again, ever more seldom.
SIGTERM and Ctrl-C end it with everything in hand published and remembered.
"""

import argparse
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.ingest import hidden_ids, reading_apart
from services.ingest.documents_file import DocumentsFile
from services.ingest.feed_dates import PlausibleTimes
from services.ingest.feed_pass import Counts, Pass, Publishes
from services.ingest.feed_settings import FeedSettings
from services.ingest.marking import Marked, Marking
from services.ingest.ports import Feed, FeedSource, FeedUnavailableError
from services.ingest.settings import IngestSettings
from shared import plugins, topology
from shared.cassandra.client import connect
from shared.cassandra.feeds import CassandraFeeds
from shared.feed_state import FeedState
from shared.jobs.events import write
from shared.jobs.feeding import FeedEvent, FeedRead, FeedStopped, FeedUnavailable, FeedWatched, Say
from shared.kafka import access
from shared.memory.feeds import MemoryFeeds
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.publisher import Publisher
from shared.service import guarded
from shared.settings import CassandraSettings, KafkaSettings

FEEDS = "services.ingest.feeds"
LONGEST_DOUBLING = 12


def main() -> None:
    """Read the arguments and the feed; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=plugins.names(FEEDS))
    parser.add_argument(
        "address",
        nargs="?",
        default="",
        help="URL or path; for rss and sql better in TILTYARD_FEED_RSS_URL or ..._SQL_URL, which `ps` does not show",
    )
    parser.add_argument("--query", default="", help="for sql")
    parser.add_argument("--name", default="", help="under which position and ids stand; empty: the address")
    parser.add_argument("--source", default="")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--every", type=float, default=0.0, help="seconds between passes; 0: as the settings say")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--to", type=Path, default=None, help="a file for the documents, in place of the topic")
    options = parser.parse_args()
    raise SystemExit(guarded("feed", lambda readiness: _run(options, readiness), ObserveSettings))


def _run(options: argparse.Namespace, readiness: Readiness) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    settings = FeedSettings()
    ingest = IngestSettings()
    dates = PlausibleTimes(ingest.earliest, ingest.latest_ahead_hours)
    source = FeedSource(options.address, options.name, options.query, pause=stopping.wait, dates=dates)
    build = plugins.load(FEEDS, options.kind, "build")
    feed: Feed = build(source, settings)
    marking = Marking(options.source, tuple(options.tag), tuple(options.label))
    publisher, state = _to_file(options.to) if options.to else _to_servers(KafkaSettings(), CassandraSettings())
    readiness.announce()
    if key := hidden_ids.key_of(state, feed.name, marking):
        feed = build(replace(source, key=key), settings)
    read = reading(feed, state, publisher, marking, stopping=stopping)
    every_s = options.every or feed.every_s
    if not options.once:
        _say(FeedWatched(feed=feed.name, every_s=every_s))
    try:
        follow(read, stopping, every_s=every_s, most_s=settings.most_backoff_s, once=options.once, say=_say)
        if isinstance(publisher, DocumentsFile):
            publisher.finish()
    finally:
        reading_apart.close()


def _to_servers(kafka: KafkaSettings, cassandra: CassandraSettings) -> tuple[Publishes, FeedState]:
    access.require(kafka, [topology.DOCUMENTS.name])
    return Publisher(kafka, "feed"), CassandraFeeds(connect(cassandra))


def _to_file(file: Path) -> tuple[Publishes, FeedState]:
    """For one pass that needs no server: what it gave is not remembered."""
    return DocumentsFile(file), MemoryFeeds()


def reading(
    feed: Feed,
    state: FeedState,
    publisher: Publishes,
    marking: Marking,
    *,
    stopping: threading.Event,
) -> Callable[[], Counts]:
    """One pass after another over a feed, each from where the last one left it."""

    def read() -> Counts:
        bookmark = Marked(state, feed.name, marking)
        return Pass(feed, bookmark, publisher, lambda: datetime.now(UTC), _say, stopping.is_set)()

    return read


def follow(
    read: Callable[[], Counts],
    stopping: threading.Event,
    *,
    every_s: float,
    most_s: float,
    once: bool,
    say: Say,
) -> None:
    """Pass after pass until told to stop, or one; a feed that is unavailable is left alone twice as long each time.

    Raises FeedUnavailableError for a single pass.
    """
    failures = 0
    while not stopping.is_set():
        try:
            say(FeedRead(**vars(read())))
            failures, wait_s = 0, every_s
        except FeedUnavailableError as error:
            if once:
                raise
            failures += 1
            wait_s = min(most_s, max(error.retry_after_s, 2.0 ** min(failures, LONGEST_DOUBLING)))
            say(FeedUnavailable(reason=str(error), retry_s=wait_s))
        if once:
            break
        stopping.wait(wait_s)
    say(FeedStopped())


def _say(event: FeedEvent) -> None:
    with suppress(BrokenPipeError):  # whoever listened has gone; what is in hand is finished all the same
        write(event)


if __name__ == "__main__":
    main()
