"""What an answer is worth to whoever asks, and how much is asked and changes: set by her, with defaults."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

DAY_S = 86_400.0


class Values(BaseModel):
    """What an answer is worth, in units of a right one, and what time costs in the same unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    right: float = Field(default=1.0, ge=-1e6, le=1e6, description="a right answer")
    wrong: float = Field(default=-2.0, ge=-1e6, le=1e6, description="a wrong one, which somebody may act on")
    silent: float = Field(default=0.0, ge=-1e6, le=1e6, description="an answer that was declined, or that failed")
    second: float = Field(default=-0.01, le=0, ge=-1e6, description="a second that the asker waits for an answer")
    machine_second: float = Field(
        default=-0.0005, le=0, ge=-1e6, description="a second that the machine works, for answer or update"
    )
    margin: float = Field(
        default=0.02, gt=0, le=1e6, description="worth of an answer by which two ways may differ freely"
    )

    @model_validator(mode="after")
    def _right_is_best(self) -> "Values":
        if not self.right > max(self.wrong, self.silent):
            raise ValueError("right: an answer that is worth no more than a wrong or a declined one decides nothing")
        return self

    @property
    def span(self) -> float:
        """How far what two answers are worth can lie apart, waiting left out."""
        return self.right - min(self.wrong, self.silent)


class Rates(BaseModel):
    """How much is asked and how much changes, and how fresh what is asked for is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions_per_day: float = Field(gt=0, le=1e6)
    updates_per_day: float = Field(ge=0, le=1e9, description="documents that are published, corrected or retracted")
    half_within_h: float = Field(
        default=72.0, gt=0, le=1e6, description="half of the questions are about news of so many hours"
    )
