"""Settings of the tuner: when a new adapter is worth its cost, and how often at most."""

from pydantic import Field

from shared.adapters import registry
from shared.scoring.catalogue import HEADLINE
from shared.settings import Settings, under


class TunerSettings(Settings):
    """Whichever comes first of what is not 0; how it trains is the tuning job's own business (`TILTYARD_TUNING_`)."""

    model_config = under("TUNER")
    documents: int = Field(default=200, ge=0, description="news that the newest adapter has not learned; 0: never so")
    age_hours: float = Field(default=0.0, ge=0, description="of what the serving adapter knows; 0: never so")
    standing_fall: float = Field(default=0.0, ge=0, le=1, description="of a tuned arm since it began; 0: never so")
    track: str = Field(default=registry.TRACK, description="the line of adapters that it trains for")
    slice: str = Field(default="all", description="the questions whose standing is watched, such as those on new news")
    metric: str = Field(default=HEADLINE, description="of the standing")
    fewest_questions: int = Field(default=50, ge=2, description="for how an arm began, and again for how it stands now")
    at_most_every_hours: float = Field(default=6.0, ge=0, description="from the start of one training to the next")
    retry_minutes: float = Field(default=15.0, gt=0, description="after a failed training; doubles with each one more")
    retry_at_most_hours: float = Field(default=24.0, gt=0, description="the longest wait after failures")
    look_every_s: float = Field(default=10.0, gt=0)
    pairs: str = Field(default="", description="a file of question-answer pairs that every training gets as well")
