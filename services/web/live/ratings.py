"""What votes say of the arms, counted over the results in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contests.files import of_result
from shared.lab.voting.counting import ballots, within_limit
from shared.messages import Result
from shared.standings import ALL
from shared.statistics.ratings import Ratings, rate


@dataclass(frozen=True)
class Rated:
    """`beyond`: votes that do not count, since their voter cast more within an hour than count."""

    ratings: Ratings
    beyond: int


def rated(results: Iterable[Result], of: str, contest: str, *, per_hour: int) -> Rated:
    """Of a slice, in the contest with this label. What counts within an hour is told by all that a voter cast."""
    every, beyond = within_limit(ballots(kept := [*results]), per_hour)
    about = {
        result.question.question_id
        for result in kept
        if of in (ALL, result.question.slice) and of_result(result).label == contest
    }
    counted = [vote.preference for vote in every if vote.question_id in about and len({*vote.pair}) == 2]
    return Rated(rate(counted), sum(vote.question_id in about for vote in beyond))
