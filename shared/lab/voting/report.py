"""What votes say, as programs read it: the counts by pair as a list, ratings on both scales, outliers marked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Self

from shared.jobs.events import JobModel
from shared.lab.voting.counting import Cast
from shared.lab.voting.summary import Summary
from shared.statistics.intervals import Interval
from shared.statistics.ratings import Rating
from shared.statistics.reliability import Reliability


class PairVotes(JobModel):
    """How often each choice was made on a pair of arms."""

    arms: tuple[str, str]
    a: int
    b: int
    tie: int
    both_bad: int


class ArmRated(JobModel):
    """An arm's strength in log-odds with its limits, and on the scale of chess; comparable within its group only."""

    arm: str
    strength: float
    low: float | None
    high: float | None
    wins: int
    losses: int
    ties: int
    group: int
    elo: float

    @classmethod
    def of(cls, rating: Rating) -> Self:
        """The same of a rating."""
        return cls(**asdict(rating), elo=rating.elo)


class VoterCompared(JobModel):
    """A voter beside the others, whether it stands apart from them alone, and who votes as it does."""

    name: str
    votes: int
    agreed: int
    compared: int
    others_agreed: int
    others_compared: int
    p: float | None
    doubles: Sequence[str]
    companions: Sequence[str]
    outlier: bool


class VotesReport(JobModel):
    """Everything that votes say."""

    pairs: Sequence[PairVotes]
    ratings: Sequence[ArmRated]
    ratings_warning: str | None
    ratings_reach: str | None
    questions: int
    agreement: Reliability
    first_side: Interval
    voters: Sequence[VoterCompared]
    camps: Sequence[Sequence[str]]
    cast: Cast
    beyond_limit: Mapping[str, int]
    per_voter_per_hour: int
    left_out: Mapping[str, int]


def of(summary: Summary) -> VotesReport:
    """The report of a summary."""
    ratings = summary.ratings
    return VotesReport(
        pairs=[PairVotes(arms=arms, **counts) for arms, counts in summary.pairs.items()],
        ratings=[ArmRated.of(rating) for rating in ratings.ratings],
        ratings_warning=ratings.warning(),
        ratings_reach=ratings.reach(),
        questions=ratings.questions,
        agreement=summary.agreement,
        first_side=summary.first_side,
        voters=[VoterCompared(**asdict(voter), outlier=voter.outlier) for voter in summary.voters],
        camps=summary.camps,
        cast=summary.cast,
        beyond_limit=summary.beyond_limit,
        per_voter_per_hour=summary.per_hour,
        left_out=summary.left_out,
    )
