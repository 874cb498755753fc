"""Settings of how long things are kept, which several services share."""

from pydantic import Field

from shared.settings import Settings, under


class NewsSettings(Settings):
    """What holds for every document, whichever service has it in hand."""

    model_config = under("NEWS")
    keep_days: float = Field(
        default=0.0, ge=0, le=7_000, description="older documents leave the store and all searches; 0: kept for ever"
    )
    keep_revisions: int = Field(
        default=100, ge=100, description="of each document, so many before the one that stands; older ones leave"
    )
    keep_dispositions_days: float = Field(
        default=30.0,
        ge=0,
        le=7_000,
        description="what became of each record, by which the audit counts; kept at least as long as topics keep "
        "records and 8 days more; 0: for ever",
    )


class ResultsSettings(Settings):
    """How long results are kept."""

    model_config = under("RESULTS")
    keep_days: float = Field(
        default=0.0,
        ge=0,
        le=7_000,
        description="a result leaves the store and its topic so long after its last version, and no sooner than "
        "questions leave theirs; 0: kept for ever",
    )
