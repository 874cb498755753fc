"""Making a newswire of somebody's documents: what came of them."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from shared.jobs.events import Event, Job
from shared.messages.schema import Moment


class NewswireMade(Event):
    """How many documents, training pairs and questions; `left_out` is reason -> documents that nothing is asked of."""

    event: str = "newswire"
    edition1: int
    edition2: int
    cutoff: Moment | None
    pairs: int
    questions: Mapping[str, int]
    left_out: Mapping[str, int]


JOB = Job[NewswireMade]("services.generator.tuning.data.asking", TypeAdapter(NewswireMade))
