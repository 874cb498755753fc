"""How soon an open page of standings shows what was scored, and what was voted."""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx

from bench.page_flow import ARMS, Flow
from bench.page_streams import WAIT_S
from shared import topology
from shared.kafka import topics
from shared.messages import Result, Vote
from shared.records import understood
from shared.settings import KafkaSettings

QUESTIONS, PATH = 60, "/standings/stream"
COUNTED, VOTES = re.compile(rf">{re.escape(ARMS[0])}</th><td class=\"number\">(\d+)<"), re.compile(r"(\d+) votes?\b")


async def counted(address: str, flow: Flow, kafka: KafkaSettings) -> tuple[list[float], list[float]]:
    """Milliseconds from the append of a result, and from before that of a vote, to the page that counts it."""
    results, votes = list[float](), list[float]()
    async with (
        httpx.AsyncClient(base_url=address, timeout=WAIT_S) as client,
        client.stream("GET", PATH, params={"of": "all"}) as stream,
    ):
        lines = stream.aiter_lines()
        for count in range(1, QUESTIONS + 1):
            await asyncio.sleep(random.uniform(0.1, 1.1))  # noqa: S311 (so that no rhythm is met)
            question = await asyncio.to_thread(_answered, flow)
            shown = await _once(lines, COUNTED, count)
            results.append(1_000 * (shown - await asyncio.to_thread(_scored_at, kafka, question)))
            voted = time.time()
            await asyncio.to_thread(_vote, flow, question)
            votes.append(1_000 * (await _once(lines, VOTES, count) - voted))
    return results, votes


def _answered(flow: Flow) -> str:
    question = flow.ask(references=("48 minutes",))
    for arm in ARMS:
        flow.answer(question, arm)
    flow.flush()
    return question.question_id


def _vote(flow: Flow, question_id: str) -> None:
    flow.send(
        topology.VOTES, Vote(question_id=question_id, arm_a=ARMS[0], arm_b=ARMS[1], choice="a", voter=f"{uuid4()}")
    )
    flow.flush()


async def _once(lines: AsyncIterator[str], told: re.Pattern[str], least: int) -> float:
    """Seconds since 1970 when the page told so many."""
    async for line in lines:
        if any(int(number) >= least for number in told.findall(line)):
            return time.time()
    raise AssertionError(f"the stream ended before it told {least}")


def _scored_at(kafka: KafkaSettings, question_id: str) -> float:
    records = understood(Result, topics.read_all(kafka, topology.RESULTS.name))
    return min(record.appended_at.timestamp() for record, of in records if of.question.question_id == question_id)
