"""`python -m bench.pages`: how soon open pages show what was appended, and what many open pages cost for a long time.

Servers and a web service of its own; what services would publish is published by this process. Prints one JSON object.

`standings`, `votes`: from the broker's append of a result, and from before the produce call of a vote that the scorer
counts in, to the open page of standings that counts it, 60 of each. `delays`: from the append of an answer to its
arrival on the stream of an open page, 300 answers on one page after the other. `open`: 50 streams are open for
`--minutes` (0: none), under a flow of questions with their answers, results, documents and standings; one of the
streams is read so slowly that the server has to wait for it. Before, as many questions and documents come as the
service keeps, and the streams are open for `--warm` minutes, so that what grows then is no view that fills. `rss_mib`
is the service's resident set, the median of each minute. `slope_mib_per_hour` is that of the straight line through them
by least squares, `growth` is the slope over where that line begins. `streams` were open at the median of all seconds
beside the slow one, of `opened` in all; the service `refused` so many. `questions` came meanwhile; `stalls` is how
often the broker took nothing for a minute. Delays there are from before the produce call, so that they are a little
longer.
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

ANSWERS, QUESTIONS, DOCUMENTS = 300, 2_200, 11_000
"""The last two: some more than the pages keep in memory."""


def measure(minutes: float, warm: float) -> dict[str, Any]:
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
        fill(flow)
        return figures | {"open": asyncio.run(_opened(stage, flow, minutes, warm))}
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


def fill(flow: Flow) -> None:
    """As many questions and documents as the pages keep; the broker has them when this returns."""
    for number in range(DOCUMENTS):
        if number < QUESTIONS:
            flow.whole()
        else:
            flow.document()
    flow.flush()


async def _opened(stage: Stage, flow: Flow, minutes: float, warm: float) -> dict[str, Any]:
    await _read(stage.services.pages, flow)
    load = Load(flow, time.monotonic() + 60 * (warm + minutes))
    seconds = (await page_streams.hold(stage, load))[int(60 * warm) :]
    late = [delay for _, delay in sorted(load.delays)[-len(load.delays) // 3 :]]
    return {
        "minutes": minutes, "warm": warm, "streams": (streams := median(second.streams for second in seconds)),
        "not_open": STREAMS - 1 - streams, "opened": load.opened, "refused": load.refused,
        "questions": load.asked_in_all, "stalls": load.stalls,
        "slow_reader_bytes": load.slow_bytes, **grown([second.rss_mib for second in seconds]),
        "delays_ms": _quantiles([at for _, at in load.delays]),
        "delays_last_third_ms": _quantiles(late),
    }  # fmt: skip


def grown(memory: Sequence[float]) -> dict[str, Any]:
    """Of the resident set in MiB, each second: the median of each minute, and the line through these."""
    medians = [median(memory[at : at + 60]) for at in range(0, len(memory), 60)]
    slope, start = np.polyfit(np.arange(len(medians)) / 60, medians, 1) if len(medians) > 1 else (0.0, medians[0])
    return {
        "rss_mib": [round(at, 1) for at in medians], "rss_most_mib": round(max(memory), 1),
        "slope_mib_per_hour": round(float(slope), 2), "growth": round(float(slope / start), 4),
    }  # fmt: skip


async def _read(address: str, flow: Flow) -> None:
    """Until the service has read what was published: topics are read side by side, so some seconds more."""
    question = flow.ask()
    flow.flush()
    async with httpx.AsyncClient(base_url=address, timeout=WAIT_S) as client:
        while (await client.get("/question", params={"id": question.question_id})).is_error:
            await asyncio.sleep(1.0)
    await asyncio.sleep(10.0)


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"n": len(values), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0, help="that the streams are measured")
    parser.add_argument("--warm", type=float, default=5.0, help="that they are open before")
    chosen = parser.parse_args()
    sys.stdout.write(json.dumps(measure(chosen.minutes, chosen.warm), indent=2) + "\n")
