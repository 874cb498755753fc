"""`python -m bench.page_sizes`: what messages take in the pages' memory, for a byte on their topic.

Prints JSON: for each topic that the pages follow a usual message, where the builders of the tests have one, and a large
one of many parts. `topic`: bytes of its JSON; `memory`: bytes that were allocated for it; `counted`: bytes that the
pages count; `factor`: memory for a byte on the topic; `read_us`, `counted_us`: microseconds of reading and of counting.
"""

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from services.web.live.site import FOLLOWED
from services.web.live.sizes import size_of
from shared import topology
from shared.messages import Message
from tests import large
from tests.builders import a_document, a_question, a_vote, an_answer, evidence, references
from tests.contests import ARMS, within
from tests.results import a_result, a_scored
from tests.web import announced

TIMES = 200


def usual() -> dict[str, Message]:
    """Topic -> a message as small as the tests have it."""
    return {
        topology.DOCUMENTS.name: a_document(), topology.INDEXED.name: announced("d-1"),
        topology.QUESTIONS.name: a_question(), topology.EVIDENCE.name: evidence(),
        topology.ANSWERS.name: an_answer(evidence=("d:1:0",), evidence_texts=("The ferry takes 48 minutes. " * 20,)),
        topology.RESULTS.name: within(a_result(*map(a_scored, ARMS)), *ARMS),
        topology.VOTES.name: a_vote(), topology.REFERENCES.name: references(),
    }  # fmt: skip


def measured(message: Message) -> dict[str, float]:
    """Of one message."""
    written = message.model_dump_json().encode()
    read_us, _ = _timed(lambda: type(message).model_validate_json(written))
    gc.collect()
    tracemalloc.start()
    held = [type(message).model_validate_json(written) for _ in range(TIMES)]
    memory = tracemalloc.get_traced_memory()[0] / TIMES
    tracemalloc.stop()
    counted_us, counted = _timed(lambda: size_of(held[0]))
    return {
        "topic": len(written), "memory": round(memory), "counted": counted, "factor": round(memory / len(written), 1),
        "read_us": round(read_us), "counted_us": round(counted_us),
    }  # fmt: skip


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    began, outcome = time.perf_counter(), do()
    for _ in range(TIMES - 1):
        outcome = do()
    return 1e6 * (time.perf_counter() - began) / TIMES, outcome


if __name__ == "__main__":
    told = usual()
    rows = {
        topic.name: {"usual": measured(told[topic.name]) if topic.name in told else None,
                     "large": measured(large.OF[topic](1))}
        for topic in FOLLOWED
    }  # fmt: skip
    sys.stdout.write(json.dumps(rows, indent=2) + "\n")
