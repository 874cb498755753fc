"""Fifty streams of pages that are open at the same time, one of them read slowly, and what a service needs for them."""

import asyncio
import random
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import httpx
import psutil

from bench.page_flow import ARMS, Flow
from services.console.demo.stage import Stage
from shared.kafka.sink import DeliveryError
from shared.messages import Question

STREAMS, STANDINGS, FRESHNESS = 50, 5, 4
PER_SECOND, ANSWERED_S, WAIT_S = 2.0, 2.0, 60.0
SLOW_BYTES, MINUTE = 16, 60
MiB = 1024 * 1024


class Second(NamedTuple):
    """What there is at one moment: the service's resident set in MiB, and streams that are open."""

    rss_mib: float
    streams: int


@dataclass
class Load:
    """What 50 streams do. `asked`: the questions that are open; `delays`: milliseconds until each answer was seen.

    `stalls`: how often the broker took nothing for a minute, after which the flow goes on. `open`: streams that
    are open now; `opened` were in all, and `refused` is how many the service did not open.
    """

    flow: Flow
    until: float
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=10))
    delays: list[tuple[float, float]] = field(default_factory=list)
    open: int = 0
    opened: int = 0
    refused: int = 0
    slow_bytes: int = 0
    asked_in_all: int = 0
    stalls: int = 0

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.until


async def hold(stage: Stage, load: Load) -> list[Second]:
    """Hold the streams open as long as the load goes on, and look each second."""
    threading.Thread(target=_feed, args=[load], daemon=True).start()
    kinds = ["/standings/stream"] * STANDINGS + ["/freshness/stream"] * FRESHNESS
    paths = kinds + [""] * (STREAMS - 1 - len(kinds))
    seconds = list[Second]()
    readers = [_follow(stage.services.pages, load, path) for path in paths]
    await asyncio.gather(_measure(stage, load, seconds), _slowly(stage.services.pages, load), *readers)
    return seconds


def _feed(load: Load) -> None:
    """Questions of which each is answered by one arm after the other, then scored; documents and standings beside."""
    waiting: list[tuple[float, int, Question]] = []
    while load.goes_on:
        now = time.monotonic()
        question = load.flow.ask()
        load.asked.append(question.question_id)
        load.asked_in_all += 1
        waiting += [(now + ANSWERED_S * (at + 1), at, question) for at in range(len(ARMS) + 1)]
        for due in [due for due in waiting if due[0] <= now]:
            waiting.remove(due)
            if due[1] < len(ARMS):
                load.flow.answer(due[2], ARMS[due[1]])
            else:
                with suppress(ValueError):  # a stream of a settled question would end at once, and be opened anew
                    load.asked.remove(due[2].question_id)
                load.flow.result(due[2])
        load.flow.document()
        load.flow.standing()
        try:
            load.flow.flush()
        except DeliveryError:  # what waits is sent when the broker is back
            load.stalls += 1
        time.sleep(max(0.0, now + 1 / PER_SECOND - time.monotonic()))


async def _follow(pages: str, load: Load, path: str) -> None:
    """A browser of its own with one stream at a time: of the path, or of one open question after the other."""
    async with httpx.AsyncClient(base_url=pages, timeout=WAIT_S) as browser:
        while load.goes_on:
            await asyncio.sleep(random.uniform(0.1, 1.0))  # noqa: S311
            if load.asked:
                with suppress(httpx.TransportError):  # as a browser does it: what broke off is opened anew
                    await _open(browser, path or f"/question/stream?id={random.choice(load.asked)}", load)  # noqa: S311


async def _open(browser: httpx.AsyncClient, address: str, load: Load) -> None:
    async with browser.stream("GET", address) as stream:
        if stream.is_error:
            load.refused += 1
            return
        load.opened, load.open = load.opened + 1, load.open + 1
        try:
            await _heard(stream.aiter_lines(), load)
        finally:
            load.open -= 1


async def _heard(lines: AsyncIterator[str], load: Load) -> None:
    known = set[str]()
    began = time.time()
    async for line in lines:
        now = time.time()
        for text in {part.partition("<")[0] for part in line.split('dir="auto">')[1:]} - known:
            known.add(text)
            if load.flow.sent.get(text, 0.0) > began:
                load.delays.append((now, 1_000 * (now - load.flow.sent[text])))
        if not load.goes_on:
            return


async def _slowly(address: str, load: Load) -> None:
    """A stream of which some bytes are read now and then, with little room for what comes meanwhile."""
    url = httpx.URL(address)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.connect((url.host, url.port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=SLOW_BYTES)
    writer.write(f"GET /freshness/stream HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n\r\n".encode())
    while load.goes_on:
        came = await reader.read(SLOW_BYTES)
        load.refused += load.slow_bytes == 0 and b" 200" not in came
        load.slow_bytes += len(came)
        await asyncio.sleep(1.0)
    writer.close()


async def _measure(stage: Stage, load: Load, seconds: list[Second]) -> None:
    [pid] = [status.pid for status in stage.services.status() if status.name == "web"]
    service = psutil.Process(pid)
    while load.goes_on:
        seconds.append(Second(service.memory_info().rss / MiB, load.open))
        if len(seconds) % MINUTE == 0:  # so that a run that breaks off has said something
            rss_mib, streams = (median(each) for each in zip(*seconds[-MINUTE:], strict=True))
            said = f"minute {len(seconds) // MINUTE}: {rss_mib:.1f} MiB, {streams:g} streams"
            sys.stderr.write(f"{said}, {load.asked_in_all} questions, {load.stalls} stalls\n")
        await asyncio.sleep(1.0)
