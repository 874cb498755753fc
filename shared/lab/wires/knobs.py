"""What may be chosen about a wire, and which choices do not go together."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = "1"
"""Of the generator: raised with every change that gives a seed another wire."""
MOST_FACTS = 6


class Knobs(BaseModel):
    """One wire is one set of these: the same ones give the same bytes on every machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    seed: int = Field(ge=0, le=999_999_999, description="what everything is drawn from")
    documents: int = Field(default=60, ge=8, le=1_000, description="stories of edition 1")
    new: int = Field(default=30, ge=0, le=1_000, description="new stories of each later edition, without reprints")
    corrections: int = Field(default=10, ge=0, description="stories that a later edition corrects")
    retractions: int = Field(default=5, ge=0, description="stories that a later edition takes back")
    reprints: int = Field(default=3, ge=0, description="new stories that another desk prints again")
    updates: int = Field(default=0, ge=0, description="later stories that give a fact of an earlier one a new value")
    wordings: int = Field(default=2, ge=1, le=4, description="training pairs for each fact of edition 1")
    length: Literal["short", "long"] = Field(default="short", description="of the stories")
    facts: int = Field(default=4, ge=3, le=MOST_FACTS, description="that a story says")
    questions: int = Field(default=180, ge=6, le=20_000, description="test questions of all slices")
    multi: float = Field(default=0.14, description="share of the questions that take two stories", ge=0, le=0.5)
    unanswerable: float = Field(default=0.14, description="share of the questions that nothing answers", ge=0, le=0.5)
    namesakes: float = Field(
        default=0.15, ge=0, le=0.5, description="share of people, places and numbers that are much like another"
    )
    editions: int = Field(default=2, ge=2, le=60, description="how many, the first one with them")

    @property
    def asked_multi(self) -> int:
        return round(self.multi * self.questions)

    @property
    def asked_unanswerable(self) -> int:
        return round(self.unanswerable * self.questions)

    def conflicts(self) -> Iterator[str]:
        """What does not go together, each in one sentence that says what to change."""
        later = self.editions - 1
        touched, stories = (self.corrections + self.retractions) * later, self.documents + self.new * (later - 1)
        if touched > stories // 2:
            yield (
                f"{self.corrections} corrections and {self.retractions} retractions an edition touch more than half of "
                f"{stories} documents: ask for fewer, or for more documents"
            )
        if self.reprints > self.new:
            yield f"{self.reprints} reprints need as many new stories, and there are {self.new}: ask for fewer reprints"
        fixed = 2 * self.corrections + 3 * self.retractions + self.asked_multi + self.asked_unanswerable
        if self.editions == 2 and fixed > self.questions:
            yield (
                f"corrections are asked about twice and retractions up to three times, which with multi and "
                f"unanswerable questions makes {fixed}, more than {self.questions} questions: ask for more questions"
            )


def checked(knobs: Knobs) -> Knobs:
    """The same; ValueError with the first conflict."""
    for conflict in knobs.conflicts():
        raise ValueError(conflict)
    return knobs
