"""`python -m bench.hostile`: hostile records on every topic, documents in every feed and adapters for a worker.

Everything that reads topics runs as it is assembled to ship, over stores in memory that take what Cassandra takes. Each
topic, feed and way of serving has a process of its own, so that its memory is told apart and a crash is seen. Prints
Markdown; exits with 1 where something is wrong. Batches that end a service are kept in the folder for temporary files.
"""

import argparse
import logging
import multiprocessing
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

import structlog

from bench.hostile_report import Outcome, report, wrong_of
from shared import topology
from tests.hostile.adapter_attack import SERVED, AdapterAttack, AdapterFigures
from tests.hostile.feeds import KINDS, FeedAttack, FeedFigures
from tests.hostile.oracle import Attack, Figures
from tests.hostile.text_attack import readings
from tests.hostile.text_readers import html, of_answers, of_documents, of_measures

MOST_READING_S = 5.0
"""Processor seconds for the longest text that a reader is given."""


def main() -> None:
    """Read the arguments and attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=200_000, help="for each topic")
    parser.add_argument("--documents", type=int, default=20_000, help="for each feed")
    parser.add_argument("--topics", nargs="*", default=[topic.name for topic in topology.TOPICS])
    parser.add_argument("--feeds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--adapters", type=int, default=2_000, help="folders for each way of serving them; 0: none")
    parser.add_argument("--texts", action=argparse.BooleanOptionalAction, default=True, help="readers of text, too")
    parser.add_argument("--processes", type=int, default=1, help="at a time")
    options = parser.parse_args()
    known = {topic.name: topic for topic in topology.TOPICS}
    calls = [partial(_on_topic, known[name].name, options.seed, options.records) for name in options.topics]
    feed_calls = [partial(_on_feed, kind, options.seed, options.documents) for kind in options.feeds]
    ways = SERVED if options.adapters else ()
    adapter_calls = [partial(_on_worker, kind, options.seed, options.adapters) for kind in ways]
    with ThreadPoolExecutor(options.processes) as threads:
        outcomes = list(threads.map(_in_a_process, [*calls, *feed_calls, *adapter_calls]))
    sys.stdout.write(report(outcomes))
    slow = list(_of_texts()) if options.texts else []
    sys.stdout.write("\n".join(slow) + "\n")
    sys.exit(int(any(wrong_of(outcome) for outcome in outcomes) or any("wrong" in line for line in slow)))


def _in_a_process(call: Callable[[], Outcome]) -> Outcome:
    """The call's outcome; a process that dies has none."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_alone) as process:
        try:
            return process.submit(call).result()
        except BrokenProcessPool:
            died = Figures(str(call.args[0]))  # type: ignore[attr-defined]
            died.wrong["the process died"] += 1
            return died


def _alone() -> None:
    """In the new process: no log of each bad record, and no network."""
    logging.disable(logging.CRITICAL)
    structlog.configure(processors=[_dropped])
    connect = socket.socket.connect

    def refused(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise OSError("there is no network")
        connect(self, address)

    setattr(socket.socket, "connect", refused)  # noqa: B010 (it is meant to be replaced)


def _dropped(*_: Any) -> Any:
    raise structlog.DropEvent


def _on_topic(name: str, seed: int, records: int) -> Figures:
    topic = next(topic for topic in topology.TOPICS if topic.name == name)
    return Attack(topic, seed)(records, _say)


def _on_feed(kind: str, seed: int, documents: int) -> FeedFigures:
    return FeedAttack(kind, seed)(documents, _say)


def _on_worker(kind: str, seed: int, adapters: int) -> AdapterFigures:
    return AdapterAttack(kind, seed)(adapters, _say)


def _of_texts() -> Iterator[str]:
    """Of each reader the slowest kind of text up to the longest that it is given, and what is wrong."""
    for name, reader, most in (*of_answers(), *of_documents(), *of_measures(), html()):
        made = list(readings(reader, most, most_s=MOST_READING_S))
        slowest = max(made, key=lambda reading: reading.cpu_s)
        _say(f"{name}: {slowest.cpu_s:.2f} s")
        yield f"- {name}: {slowest.cpu_s:.2f} s for {slowest.length:,} characters, {slowest.kind}"
        yield from (f"  wrong: {reading.kind}: {reading.wrong}" for reading in made if reading.wrong)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
