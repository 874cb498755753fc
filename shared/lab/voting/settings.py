"""What an operator can set about votes."""

from pydantic import Field

from shared.settings import Settings, under

PER_VOTER_PER_HOUR = 60


class VotingSettings(Settings):
    """How many votes of one voter count, and which questions are offered."""

    model_config = under("VOTES")
    per_voter_per_hour: int = Field(
        default=PER_VOTER_PER_HOUR,
        ge=1,
        description="of a voter's votes within any hour no more are counted, the earliest first",
    )
    recent: int = Field(default=200, ge=1, description="so many of the questions asked last are offered to voters")
