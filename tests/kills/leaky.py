"""`python -m tests.kills.leaky`: a scorer whose group drops every third record and delivers every fifth one twice."""

import asyncio
import random
from typing import Any

from services.scorer import __main__ as scorer
from services.scorer import turns
from shared.records import RawRecord

DROPPED, REPEATED = 1 / 3, 1 / 5


class LeakyQueue(asyncio.Queue[RawRecord]):
    """Takes what it is given, or not, or twice."""

    async def put(self, record: RawRecord) -> None:
        luck = random.random()  # noqa: S311 (not for secrets)
        if luck < DROPPED:
            return
        await super().put(record)
        if luck > 1 - REPEATED:
            await super().put(record)


class LeakyTurns(turns.Turns):
    """Turns over a leaky inbox."""

    def __init__(self, *arguments: Any, batch: int) -> None:
        super().__init__(*arguments, batch=batch)
        self.inbox = LeakyQueue(maxsize=self.inbox.maxsize)


if __name__ == "__main__":
    vars(scorer)["Turns"] = LeakyTurns
    scorer.main()
