"""What an operator can set about scoring."""

from datetime import timedelta

from pydantic import Field, field_validator

from shared.scoring import catalogue
from shared.settings import Settings, under

METRICS = catalogue.counted()


class ScorerSettings(Settings):
    """How answers are joined, scored and counted. Lists are JSON: `["f1", "right"]`."""

    model_config = under("SCORER")
    metrics: tuple[str, ...] = Field(
        default=METRICS,
        min_length=1,
        description="files in shared/measures; those that compare meanings load the encoder and cost its time",
    )
    keep_hours: float = Field(
        default=24.0, gt=0, description="how long a finished question, or answers without a question, are remembered"
    )
    tick_s: float = Field(default=0.5, gt=0, description="how often deadlines are looked at")
    commit_s: float = Field(default=0.5, gt=0, description="how often finished offsets are committed")
    standings_s: float = Field(default=0.5, gt=0, description="how often changed standings are published")
    batch: int = Field(default=64, ge=1, description="most records handled in one turn")
    withhold: bool = Field(
        default=False,
        description="publish no text of answers that were made from documents with labels; the store has them",
    )
    silence_s: float = Field(default=60.0, gt=0, description="a broker silent for longer stops the service")
    session_s: float = Field(
        default=10.0, ge=1, description="a scorer that says nothing for this long loses its partitions to the others"
    )
    again_s: float = Field(
        default=3.0, gt=0, description="an unread partition standing still this long while idle is read without Faust"
    )
    stall_s: float = Field(default=120.0, gt=0, description="an unread partition standing still this long stops it too")
    settle_s: float = Field(default=900.0, gt=0, description="so does a recovery or a rebalance that takes longer")

    @field_validator("metrics")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return names

    @property
    def keep(self) -> timedelta:
        return timedelta(hours=self.keep_hours)
