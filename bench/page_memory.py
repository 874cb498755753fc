"""`python -m bench.page_memory`: what the pages' memory grows to, as fast as it goes and without servers.

The flow of `bench.pages` comes straight into a site, `--rounds` times a question with four answers, a result, a
document with its announcement and a standing, two of which come in a second there; 50 streams are open meanwhile, most
of them on one question after the other. Prints JSON: every 500 rounds what is counted and the process's resident set,
in MiB; and by how much the resident set grew in 7,200 rounds, which are an hour there, before the view of documents was
full and after that.
"""

import argparse
import asyncio
import gc
import json
import random
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import psutil

from bench.page_flow import ARMS, Flow, M
from bench.page_streams import FRESHNESS, STANDINGS, STREAMS, MiB
from services.web.live.kept import Kept
from services.web.live.revisions import MOST
from services.web.live.site import Site
from services.web.pages.asking import page as asking
from services.web.pages.freshness import page as freshness
from services.web.pages.standings import page as standings
from services.web.pages.streams import kept_up
from shared.messages import Question
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings
from shared.topology import AnyTopic
from tests.web import SOMEBODY, Pages

HOUR, EVERY, BETWEEN, PAUSE_S = 7_200, 500, 4, 0.002
"""Rounds of an hour, of a row, between two answers of one question; and seconds after each in which pages are made."""


class Told(Flow):
    """What is sent is taken in by a site at once."""

    def __init__(self, site: Site) -> None:
        self.kafka, self.sent, self.count = KafkaSettings(), {}, 0
        self._site, self._offsets = site, count()

    def send(self, topic: AnyTopic, message: M) -> M:
        """As a record of one partition."""
        key, value = topic.key_of(message).encode(), message.model_dump_json().encode()
        self._site.take(RawRecord(Position(topic.name, 0, next(self._offsets)), key, value, datetime.now(UTC)))
        return message


def feed(site: Site, rounds: int, asked: deque[str], rows: list[dict[str, float]]) -> None:
    """In a thread, as records come in a service."""
    flow, waiting, views = Told(site), deque[tuple[int, int, Question]](), _views()
    for at in range(rounds):
        question = flow.ask()
        asked.append(question.question_id)
        waiting += [(at + BETWEEN * (place + 1), place, question) for place in range(len(ARMS) + 1)]
        for due in [due for due in waiting if due[0] <= at]:
            waiting.remove(due)
            flow.answer(due[2], ARMS[due[1]]) if due[1] < len(ARMS) else flow.result(due[2])
        flow.document()
        flow.standing()
        flow.sent.clear()
        time.sleep(PAUSE_S)
        if (at + 1) % EVERY == 0:
            rows.append(_row(at + 1, views))
    site.changes.close()


def _views() -> list[Kept[Any, Any]]:
    """Found before pages are made: whoever looks at all objects meanwhile breaks tuples that are being built."""
    return [view for view in gc.get_objects() if isinstance(view, Kept)]


def _row(at: int, views: Sequence[Kept[Any, Any]]) -> dict[str, float]:
    resident = psutil.Process().memory_info().rss
    counted = sum(view.bytes for view in views)
    return {
        "rounds": at, "counted_mib": round(counted / MiB, 1),
        "rss_mib": round(resident / MiB, 1),
    }  # fmt: skip


async def follow(site: Site, kind: str, asked: Sequence[str]) -> None:
    """One stream after the other."""
    while not site.changes.is_closing:
        await asyncio.sleep(random.uniform(0.01, 0.1))  # noqa: S311
        if asked:
            async for _ in await _stream(site, kind, random.choice(asked)):  # noqa: S311
                pass


async def _stream(site: Site, kind: str, question: str) -> AsyncGenerator[bytes]:
    if kind == "question":
        return kept_up(site, SOMEBODY, asking.answers, question, name=question)
    page = await (standings.stream(site, SOMEBODY) if kind == "standings" else freshness.stream(site, SOMEBODY))
    return page.events


async def measured(rounds: int) -> list[dict[str, float]]:
    """A row every 500 rounds."""
    site, asked, rows = Pages().site, deque[str](maxlen=10), list[dict[str, float]]()
    site.changes.serve_from(asyncio.get_running_loop())
    kinds = ["standings"] * STANDINGS + ["freshness"] * FRESHNESS
    kinds += ["question"] * (STREAMS - len(kinds))
    feeding = threading.Thread(target=feed, args=(site, rounds, asked, rows))
    feeding.start()
    await asyncio.gather(*(follow(site, kind, asked) for kind in kinds))
    feeding.join()
    return rows


def slopes(rows: Sequence[dict[str, float]]) -> Iterator[tuple[str, float]]:
    """MiB in an hour's rounds, once all questions that are kept are there, before the documents are and after."""
    full = 1.05 * MOST
    for name, least, most in (("filling", 2_500.0, full), ("full", full, float("inf"))):
        within = [row for row in rows if least <= row["rounds"] <= most]
        if len(within) > 1:
            at, sizes = ([row[of] for row in within] for of in ("rounds", "rss_mib"))
            yield name, round(HOUR * float(np.polyfit(at, sizes, 1)[0]), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=18_000)
    rows = asyncio.run(measured(parser.parse_args().rounds))
    told: dict[str, Any] = {"rows": rows, "mib_in_7200_rounds": dict(slopes(rows))}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
