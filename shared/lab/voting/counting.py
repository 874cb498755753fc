"""Which votes count: one of a voter on a pair, and no more than so many of a voter within an hour.

Results hold the newest vote of each voter on each pair (the scorer sees to that, question by question). The limit by
the hour reaches across questions, so it is kept here, where all of them are read.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.messages import Ballot, Result, Vote
from shared.statistics.ratings import Preference

HOUR = timedelta(hours=1)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Counted:
    """One vote as a result shows it; A and B of its choice are in the order of `pair`."""

    question_id: str
    pair: Pair
    ballot: Ballot

    @property
    def item(self) -> tuple[str, Pair]:
        """What was voted on."""
        return self.question_id, self.pair

    @property
    def preference(self) -> Preference:
        return Preference(self.question_id, *self.pair, self.ballot.choice, self.ballot.voter)


@dataclass(frozen=True)
class Cast:
    """What the votes topic holds of all voters. Keys are voters.

    `repeated`: votes on a pair that the same voter had voted on before. `unattached`: votes that no result shows,
    whose question is unknown, or not settled yet, or has no answer of an arm.
    """

    votes: Mapping[str, int]
    repeated: Mapping[str, int]
    unattached: int


def ballots(results: Iterable[Result]) -> list[Counted]:
    """Every vote on the newest results, in the order in which the broker took them."""
    votes = [
        Counted(result.question.question_id, pair.arms, ballot)
        for result in results
        for pair in result.votes
        for ballot in pair.ballots
    ]
    return sorted(votes, key=_order)


def within_limit(votes: Sequence[Counted], per_hour: int) -> tuple[list[Counted], list[Counted]]:
    """The votes that count, and those beyond `per_hour` of their voter in any 60 minutes, of which the earliest count.

    By the broker's append times, so that it does not matter when and where it is counted.
    """
    counted, beyond = list[Counted](), list[Counted]()
    lately: dict[str, deque[datetime]] = defaultdict(deque)
    for vote in sorted(votes, key=_order):
        at, window = vote.ballot.appended_at, lately[vote.ballot.voter]
        while window and at - window[0] >= HOUR:
            window.popleft()
        if len(window) < per_hour:
            window.append(at)
            counted.append(vote)
        else:
            beyond.append(vote)
    return counted, beyond


def cast(votes: Sequence[Vote], shown: Iterable[Counted]) -> Cast:
    """What came on the votes topic, compared with what results show."""
    keys = Counter((vote.voter, vote.question_id, vote.pair) for vote in votes)
    attached = {(vote.ballot.voter, vote.question_id, vote.pair) for vote in shown}
    repeated: Counter[str] = Counter()
    for (voter, _, _), times in keys.items():
        repeated[voter] += times - 1
    return Cast(
        votes=Counter(vote.voter for vote in votes),
        repeated=+repeated,
        unattached=sum(key not in attached for key in keys),
    )


def _order(vote: Counted) -> tuple[datetime, int, str, Pair, str]:
    return vote.ballot.appended_at, vote.ballot.offset, vote.question_id, vote.pair, vote.ballot.voter
