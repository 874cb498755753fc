"""Making a newswire of somebody's documents: what came of them."""

from collections.abc import Mapping
from typing import Literal

from pydantic import TypeAdapter

from shared.jobs.events import Event, Job
from shared.messages.schema import Moment

MADE, MADE_NONE = "made-", "made-none-"
"""How the ids of made questions begin, and of those that nothing answers."""
UNTAUGHT = "untaught"
"""The slice of questions about facts that the documents of a training state, and that no pair teaches."""
FILE = "made.json"
"""In the newswire's folder: the event."""


class NewswireMade(Event):
    """How many documents, training pairs and questions; `left_out` is reason -> documents that nothing is asked of.

    `unanswerable` is how many such questions were wanted, and `asked_for` kind of question -> the share that a log has
    and the share that was made, both in [0, 1]. `by`: who asks about the documents. `stated`: names, numbers and
    dates that the first edition has, each once a document; 0 where a teacher asked, who may ask after anything.
    """

    event: str = "newswire"
    edition1: int
    edition2: int
    cutoff: Moment | None
    pairs: int
    questions: Mapping[str, int]
    left_out: Mapping[str, int]
    unanswerable: int = 0
    asked_for: Mapping[str, tuple[float, float]] = {}
    by: Literal["rules", "teacher"] = "rules"
    stated: int = 0


JOB = Job[NewswireMade]("services.generator.tuning.data.asking", TypeAdapter(NewswireMade))
