"""`python -m bench.hostile`: hostile records on every topic and hostile documents in every feed, in memory.

Everything that reads topics runs as it is assembled to ship, over stores that take what Cassandra takes. Each topic and
each feed has a process of its own, so that its memory is told apart and a crash is seen. Prints Markdown; exits with 1
where something is wrong. Batches that end a service are kept in the folder for temporary files.
"""

import argparse
import logging
import multiprocessing
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from shared import topology
from tests.hostile.feeds import KINDS, FeedAttack, FeedFigures
from tests.hostile.oracle import Attack, Figures
from tests.hostile.text_attack import readings
from tests.hostile.text_readers import html, of_answers, of_documents, of_measures

MOST_GROWTH = 256.0
"""MiB that a process may grow after its first round of batches."""
MOST_READING_S = 5.0
"""Processor seconds for the longest text that a reader is given."""
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile")
SHOWN = 20
Outcome = Figures | FeedFigures


def main() -> None:
    """Read the arguments and attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=200_000, help="for each topic")
    parser.add_argument("--documents", type=int, default=20_000, help="for each feed")
    parser.add_argument("--topics", nargs="*", default=[topic.name for topic in topology.TOPICS])
    parser.add_argument("--feeds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--texts", action=argparse.BooleanOptionalAction, default=True, help="readers of text, too")
    parser.add_argument("--processes", type=int, default=1, help="at a time")
    options = parser.parse_args()
    known = {topic.name: topic for topic in topology.TOPICS}
    calls = [partial(_on_topic, known[name].name, options.seed, options.records) for name in options.topics]
    feed_calls = [partial(_on_feed, kind, options.seed, options.documents) for kind in options.feeds]
    with ThreadPoolExecutor(options.processes) as threads:
        outcomes = list(threads.map(_in_a_process, [*calls, *feed_calls]))
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


def wrong_of(outcome: Outcome) -> dict[str, int]:
    """What is wrong, with how often; a process that grows too far is, too."""
    grown = growth_of(outcome)
    more = {f"grew by {grown:.0f} MiB": 1} if grown > MOST_GROWTH else {}
    return dict(outcome.wrong) | more


def growth_of(outcome: Outcome) -> float:
    """MiB from the first look at resident memory to the largest one."""
    return max(outcome.resident) - outcome.resident[0] if outcome.resident else 0.0


def report(outcomes: Sequence[Outcome]) -> str:
    """Tables of topics and feeds, and what is wrong."""
    topics = [outcome for outcome in outcomes if isinstance(outcome, Figures)]
    feeds = [outcome for outcome in outcomes if isinstance(outcome, FeedFigures)]
    lines = [f"Processor: {', '.join(flag for flag in FLAGS if flag in _cpu()) or 'none of these flags'}", ""]
    lines += ["| topic | records | a second | what became of them | longest call | peak, growth | wrong |"]
    lines += ["|---|---|---|---|---|---|---|", *map(_of_topic, topics), ""]
    lines += ["| feed | documents | a second | what became of them | longest pass | peak, growth | wrong |"]
    lines += ["|---|---|---|---|---|---|---|", *map(_of_feed, feeds), ""]
    for outcome in outcomes:
        name = outcome.topic if isinstance(outcome, Figures) else outcome.kind
        lines += [f"- {name}: {count} times: {what}" for what, count in list(wrong_of(outcome).items())[:SHOWN]]
        lines += _slowest(outcome)
    return "\n".join(lines) + "\n"


def _of_topic(figures: Figures) -> str:
    fates = "; ".join(f"{service}: {_counts(counts.items())}" for service, counts in figures.fates.items())
    name, call = max(figures.longest.items(), key=lambda item: item[1].cpu_s, default=("", None))
    longest = f"{name} {call.cpu_s:.2f} s" if call else ""
    return _row(figures.topic, figures.records, figures, fates or "read as a view", longest)


def _of_feed(figures: FeedFigures) -> str:
    return _row(
        figures.kind, figures.documents, figures, _counts(figures.fates.items()), f"{figures.longest.cpu_s:.2f} s"
    )


def _row(name: str, count: int, outcome: Outcome, fates: str, longest: str) -> str:
    rate = count / outcome.seconds if outcome.seconds else 0.0
    memory = f"{outcome.peak:.0f} MiB, +{growth_of(outcome):.0f}"
    return (
        f"| `{name}` | {count:,} | {rate:,.0f} | {fates} | {longest} | {memory} | {sum(wrong_of(outcome).values())} |"
    )


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts, key=lambda item: -item[1]) if count)


def _slowest(outcome: Outcome) -> list[str]:
    if isinstance(outcome, FeedFigures):
        return []
    return [f"  slowest of {name}: {call.slowest}" for name, call in outcome.longest.items() if call.slowest]


def _cpu() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return set(next((line for line in lines if line.startswith(("flags", "Features"))), "").split())


if __name__ == "__main__":
    main()
