"""`python -m services.ingest.replay`: publish a feed in event-time order, at a chosen speed.

Progress is one JSON object a line on standard output. Before a question goes out, every document published
before it can be found: what the question is answered with does not depend on how fast the machine is.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from services.ingest.feed_settings import FeedSettings
from services.ingest.marking import Marked, Marking
from services.ingest.ports import Feed, FeedItem, FeedSource
from shared import plugins, topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.feeds import CassandraFeeds
from shared.jobs.events import write
from shared.jobs.replay import DocumentsPublished, QuestionsAsked, ReplayDone, Say
from shared.messages import DocumentPublished, Question
from shared.observe_settings import ObserveSettings
from shared.publisher import Publisher
from shared.service import guarded
from shared.settings import CassandraSettings, KafkaSettings

FEEDS = "services.ingest.feeds"
PORTION = 32


def main() -> None:
    """Read the arguments and replay; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--feed", default="realtime_qa", choices=plugins.names(FEEDS))
    parser.add_argument("--documents", type=int, default=None)
    parser.add_argument("--name", default="", help="of the stream, where the folder holds several")
    parser.add_argument("--speed", type=float, default=0.0, help="event seconds per second; 0: as fast as it goes")
    parser.add_argument("--resume", action="store_true", help="go on where the last replay of this stream ended")
    parser.add_argument("--wait", type=float, default=900.0, help="seconds to wait for documents to be findable")
    options = parser.parse_args()
    raise SystemExit(guarded("replay", lambda _: _run(options), ObserveSettings))


def _run(options: argparse.Namespace) -> None:
    source = FeedSource(str(options.folder), options.name, documents=options.documents)
    feed: Feed = plugins.load(FEEDS, options.feed, "build")(source, FeedSettings())
    store = connect(CassandraSettings())
    bookmark = Marked(CassandraFeeds(store), feed.name, Marking())
    if not options.resume:
        bookmark.advance("")
    publisher = Publisher(KafkaSettings(), "replay", CassandraDispositions(store))
    items = (entry for entry in feed.read(bookmark) if isinstance(entry, FeedItem))
    try:
        replay(publisher, paced(items, options.speed), wait_s=options.wait, say=write, reached=bookmark.advance)
    finally:
        publisher.close()


def replay(
    publisher: Publisher,
    items: Iterable[FeedItem],
    *,
    wait_s: float,
    say: Say,
    reached: Callable[[str], None] = lambda _: None,
) -> None:
    """Publish runs of documents and runs of questions in their order, waiting between the two.

    `reached` hears a position once its questions are asked, or its documents can be found.
    """
    position = ""
    documents = questions = 0
    for kind, run in itertools.groupby(items, key=lambda entry: type(entry.message)):
        entries = list(run)
        messages, position = [entry.message for entry in entries], entries[-1].position
        if kind is DocumentPublished:
            for start in range(0, len(messages), PORTION):
                documents += publisher.publish(topology.DOCUMENTS, messages[start : start + PORTION])
                say(DocumentsPublished(documents=documents, questions=questions))
        else:
            publisher.wait(wait_s)
            questions += publisher.publish(topology.QUESTIONS, messages)
            asked = [message.question_id for message in messages if isinstance(message, Question)]
            say(QuestionsAsked(documents=documents, questions=questions, question_ids=asked))
            reached(position)
    publisher.wait(wait_s)
    if position:
        reached(position)
    say(ReplayDone(documents=documents, questions=questions))


def paced(items: Iterable[FeedItem], speed: float) -> Iterator[FeedItem]:
    """The items, each when its time has come: `speed` event seconds pass in one second; 0 does not wait."""
    first: datetime | None = None
    started = time.monotonic()
    for entry in items:
        first = first or entry.at
        if speed > 0:
            due = started + (entry.at - first).total_seconds() / speed
            time.sleep(max(0.0, due - time.monotonic()))
        yield entry


if __name__ == "__main__":
    main()
