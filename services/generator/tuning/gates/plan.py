"""The gate part of a recipe: what a new adapter must show before anyone is served by it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Speaker = Literal["base", "previous"]
_QUESTIONS = "asked at most, drawn by hash; 0: not measured"


class Gate(BaseModel):
    """What one gate asks for.

    A loss is the fall below another speaker; of perplexity the rise above it, as a share of it. It fails the gate
    where it is more than `most_loss` and not chance (its 95 % interval lies above 0). With `certain` it fails already
    where a larger loss than `most_loss` cannot be excluded, which few questions can seldom do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: int = Field(default=48, ge=0, description=_QUESTIONS)
    binding: bool = Field(default=True, description="false: measured and reported, and nobody is held up")
    least: float | None = Field(default=None, description="a lower value fails; of perplexity a higher one")
    gains_on_base: bool = Field(
        default=False, description="fails unless it is better than the base beyond chance, by an exact test"
    )
    most_loss: float | None = Field(default=None, ge=0, description="allowed, against each of `against`")
    against: tuple[Speaker, ...] = ("base", "previous")
    certain: bool = False


class GatePlan(BaseModel):
    """The gates in their order, and where their questions come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    learned: Gate = Field(default=Gate(gains_on_base=True), description="facts of this training")
    older: Gate = Field(
        default=Gate(most_loss=0.1, against=("previous",)), description="facts that adapters before it were tried with"
    )
    general: Gate = Field(default=Gate(most_loss=0.1, against=("base",)), description="plain general knowledge")
    abstention: Gate = Field(
        default=Gate(questions=24, most_loss=0.2, against=("previous",)), description="questions that have no answer"
    )
    perplexity: Gate = Field(
        default=Gate(questions=24, most_loss=0.5, against=("base",)), description="on news that is held out whole"
    )
    general_set: str = Field(default="", description="a file of JSON lines (question, accepted); empty: the packaged")
    unanswerable_set: str = Field(default="", description="a file of JSON lines (question); empty: the packaged")
    text_words: int = Field(default=80, ge=8, description="of each text whose perplexity is measured")
    unmeasured: Literal["pass", "fail"] = Field(
        default="fail", description="a binding gate that had nothing to ask, though there was something to show or lose"
    )
