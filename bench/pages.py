"""`python -m bench.pages`: how soon open pages show what was appended, and what many open pages cost for a long time.

Servers and a web service of its own; what services would publish is published by this process. Prints one JSON object.

`standings`, `votes`: from the broker's append of a result, and from before the produce call of a vote that the scorer
counts in, to the open page of standings that counts it, 60 of each. `delays`: from the append of an answer to its
arrival on the stream of an open page, 300 answers on one page after the other. `open`: 50 streams are open for
`--minutes` (0: none), under a flow of questions with their answers, results, documents and standings, once as many
questions are in memory as are kept; one of the streams is read so slowly that the server has to wait for it. Memory is
the service's resident set, the median of half a minute at the start and at the end; delays there are from before the
produce call, so that they are a little longer.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from statistics import median
from typing import Any

import httpx
import numpy as np

from bench import page_counts, page_streams, processor
from bench.page_flow import ARMS, Flow
from bench.page_streams import STREAMS, WAIT_S, Load
from services.console.demo.stage import Stage
from services.console.demo.stage import build as build_stage
from shared import topology
from shared.kafka import topics
from shared.messages import Answer
from shared.records import understood
from shared.settings import KafkaSettings

ANSWERS, FILL, WINDOW_S = 300, 2_200, 30.0


def measure(minutes: float) -> dict[str, Any]:
    """All figures; of none open for long where `minutes` is 0."""
    stage = build_stage("bench-pages")
    try:
        stage.start()
        stage.services.start(("web", "scorer"))
        flow = Flow(stage.kafka)
        scored, voted = asyncio.run(page_counts.counted(stage.services.pages, flow, stage.kafka))
        stage.services.stop(("scorer",))
        delays = asyncio.run(_paged(stage.services.pages, flow, ANSWERS))
        figures: dict[str, Any] = {
            "processor": processor.flags(), "delays_ms": _quantiles(_since_append(stage.kafka, delays)),
            "standings_ms": _quantiles(scored), "votes_ms": _quantiles(voted),
        }  # fmt: skip
        if not minutes:
            return figures
        for _ in range(FILL):
            flow.whole()
        flow.flush()
        return figures | {"open": asyncio.run(_opened(stage, flow, minutes))}
    finally:
        stage.stop()


async def _paged(address: str, flow: Flow, answers: int) -> dict[str, float]:
    """Text of each answer -> when its page showed it, in seconds since 1970."""
    shown: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=address, timeout=WAIT_S) as client:
        while len(shown) < answers:
            question = flow.ask()
            flow.flush()
            async with client.stream("GET", "/question/stream", params={"id": question.question_id}) as stream:
                lines = stream.aiter_lines()
                await anext(lines)
                for arm in ARMS:
                    await asyncio.sleep(random.uniform(0.1, 0.3))  # noqa: S311 (so that no rhythm is met)
                    seen = asyncio.create_task(_seen(lines, f"answer {question.question_id} {arm}<"))
                    text = await asyncio.to_thread(_answered, flow, question, arm)
                    shown[text] = await seen
    return shown


def _answered(flow: Flow, question: Any, arm: str) -> str:
    text = flow.answer(question, arm)
    flow.flush()
    return text


async def _seen(lines: AsyncIterator[str], text: str) -> float:
    async for line in lines:
        if text in line:
            return time.time()
    raise AssertionError(f"the stream ended before it had {text}")


def _since_append(kafka: KafkaSettings, shown: dict[str, float]) -> list[float]:
    """Milliseconds from the broker's append to the page."""
    records = understood(Answer, topics.read_all(kafka, topology.ANSWERS.name))
    appended = {answer.text: record.appended_at.timestamp() for record, answer in records}
    return [1_000 * (at - appended[text]) for text, at in shown.items()]


async def _opened(stage: Stage, flow: Flow, minutes: float) -> dict[str, Any]:
    await asyncio.sleep(10)
    load = Load(flow, time.monotonic() + 60 * minutes + 2 * WINDOW_S)
    memory = await page_streams.hold(stage, load)
    window = int(WINDOW_S)
    start, end = median(memory[:window]), median(memory[-window:])
    late = [delay for _, delay in sorted(load.delays)[-len(load.delays) // 3 :]]
    return {
        "minutes": minutes, "streams": STREAMS, "opened": load.opened, "slow_reader_bytes": load.slow_bytes,
        "rss_start_mib": round(start, 1), "rss_end_mib": round(end, 1), "rss_most_mib": round(max(memory), 1),
        "growth": round(end / start - 1, 4), "delays_ms": _quantiles([delay for _, delay in load.delays]),
        "delays_last_third_ms": _quantiles(late),
    }  # fmt: skip


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"n": len(values), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0, help="that the streams are open")
    sys.stdout.write(json.dumps(measure(parser.parse_args().minutes), indent=2) + "\n")
