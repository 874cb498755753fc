"""What a language model as judge says of the answers to one question. The scorer attaches it to the question's result.

A comparison is asked for twice, each answer once at the first place; where the two disagree it is `inconsistent`, and
where one of them cannot be read there is `no_verdict`. Neither is ever turned into a preference.
"""

import hashlib
import json
from typing import Literal, Self

from pydantic import Field, model_validator

from shared.messages.feedback import FLIPPED, Choice
from shared.messages.schema import Identifier, Message, Moment, bytes_of

Outcome = Literal["a", "b", "tie", "both_bad", "inconsistent", "no_verdict"]
OUTCOMES: tuple[Outcome, ...] = ("a", "b", "tie", "both_bad", "inconsistent", "no_verdict")
MOST_BYTES = 128 * 1024
LOWEST, HIGHEST = 1, 5
"""The ends of the scale of grades."""


class Reply(Message):
    """What the judge said once: `read` is what it means, absent where it cannot be read."""

    text: str = Field(default="", description="the end of what was said")
    read: str | None = None
    failure: str | None = Field(default=None, description="why nothing was said")


class Comparison(Message):
    """Two answers of one question beside each other, in both orders; A and B in the order of `arms`, sorted."""

    arms: tuple[str, str]
    outcome: Outcome
    replies: tuple[Reply, Reply] = Field(description="with the first arm at the first place, then with the second")

    @property
    def choices(self) -> tuple[Choice | None, Choice | None]:
        """What each reply chose, A and B in the order of `arms`."""
        straight, turned = (choice_of(reply) for reply in self.replies)
        return straight, None if turned is None else FLIPPED[turned]


class Grade(Message):
    """One answer held against the accepted ones, from 1 to 5; absent where the reply cannot be read."""

    arm: str
    grade: int | None = Field(default=None, ge=LOWEST, le=HIGHEST)
    reply: Reply


class Verdicts(Message):
    """All that one judge says of one question. The newest message of a judge says all; earlier ones are void."""

    question_id: Identifier
    judge: str = Field(min_length=1, max_length=64, description="the judge's name in this installation")
    backend: str
    model: str
    prompts: dict[str, str] = Field(description="pairwise, rubric -> version of the prompt")
    comparisons: tuple[Comparison, ...] = ()
    grades: tuple[Grade, ...] = ()
    references_sha256: str | None = Field(default=None, description="of the references that the grades were given by")
    compared_sha256: str = Field(default="", description="of all that the comparisons depend on")
    graded_sha256: str = Field(default="", description="of all that the grades depend on")
    warnings: tuple[str, ...] = Field(default=(), description="why this judge may be partial here")
    judged_ms: float = Field(default=0.0, description="the model's time for the batch it was judged in")

    @model_validator(mode="after")
    def _are_small(self) -> Self:
        """They travel with those of the other judges in the result."""
        if (size := bytes_of(self)) > MOST_BYTES:
            raise ValueError(f"{size:,} bytes, verdicts may have {MOST_BYTES:,}")
        return self


class VerdictsTaken(Message):
    """One judge's verdicts in a result, and when the broker took them."""

    verdicts: Verdicts
    appended_at: Moment
    offset: int


def outcome(straight: Reply, turned: Reply) -> Outcome:
    """What two replies amount to, the second being of the answers in the other order."""
    first, second = choice_of(straight), choice_of(turned)
    if first is None or second is None:
        return "no_verdict"
    return first if first == FLIPPED[second] else "inconsistent"


def choice_of(reply: Reply) -> Choice | None:
    """The reply as a choice, with A at the first place; None where it is none."""
    match reply.read:
        case "a" | "b" | "tie" | "both_bad" as choice:
            return choice
        case _:
            return None


def digest(*parts: object) -> str:
    """A SHA-256 of values that JSON can hold, to see whether what a verdict depends on has changed."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
