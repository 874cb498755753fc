"""Everything that votes say, in one value: counts by pair, ratings, agreement, and the voters one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shared.lab.voting import counting, voters
from shared.lab.voting.counting import Cast, Counted, Pair
from shared.lab.voting.voters import Voter
from shared.messages import Choice, Result, Vote
from shared.messages.feedback import CHOICES
from shared.statistics.intervals import Interval, mean_interval
from shared.statistics.ratings import Ratings, rate
from shared.statistics.reliability import Reliability


@dataclass(frozen=True)
class Summary:
    """What is counted, and what is not. `first_side`: how often A as shown was preferred where one side was."""

    pairs: dict[Pair, dict[Choice, int]]
    ratings: Ratings
    agreement: Reliability
    first_side: Interval
    voters: tuple[Voter, ...]
    cast: Cast
    beyond_limit: dict[str, int]
    left_out: dict[str, int]
    per_hour: int

    @property
    def outliers(self) -> tuple[str, ...]:
        return tuple(voter.name for voter in self.voters if voter.outlier)

    @property
    def camps(self) -> list[tuple[str, ...]]:
        """Groups of voters who differ from most others, and agree among themselves."""
        return voters.camps(self.voters)

    @property
    def doubles(self) -> list[tuple[str, ...]]:
        """Groups of voters who vote alike in nearly all."""
        groups = {tuple(sorted((voter.name, *voter.doubles))) for voter in self.voters}
        return sorted(group for group in groups if len(group) > 1)


def summarise(
    results: Iterable[Result], cast: Sequence[Vote], *, per_hour: int, without: AbstractSet[str] = frozenset()
) -> Summary:
    """What the newest results show; `cast` is what the votes topic keeps, `without` names voters to leave out."""
    shown = counting.ballots(results)
    wanted = [vote for vote in shown if vote.ballot.voter not in without]
    counted, beyond = counting.within_limit(wanted, per_hour)
    return Summary(
        pairs=_pairs(counted),
        ratings=rate([vote.preference for vote in counted]),
        agreement=voters.between(counted),
        first_side=_first_side(counted),
        voters=tuple(voters.compared(counted)),
        cast=counting.cast(cast, shown),
        beyond_limit=_by_voter(beyond),
        left_out=_by_voter([vote for vote in shown if vote.ballot.voter in without]),
        per_hour=per_hour,
    )


def _pairs(votes: Sequence[Counted]) -> dict[Pair, dict[Choice, int]]:
    counts = Counter((vote.pair, vote.ballot.choice) for vote in votes)
    pairs = sorted({vote.pair for vote in votes})
    return {pair: {choice: counts[pair, choice] for choice in CHOICES} for pair in pairs}


def _first_side(votes: Sequence[Counted]) -> Interval:
    """The order is random, so far from one half it is not the answers that were judged."""
    decided = [vote for vote in votes if vote.ballot.choice in ("a", "b")]
    preferred = [vote.pair[0] if vote.ballot.choice == "a" else vote.pair[1] for vote in decided]
    values = [float(arm == vote.ballot.shown_first) for arm, vote in zip(preferred, decided, strict=True)]
    return mean_interval(values, [vote.question_id for vote in decided])


def _by_voter(votes: Sequence[Counted]) -> dict[str, int]:
    return dict(sorted(Counter(vote.ballot.voter for vote in votes).items()))
