"""Reading votes: those that results show, and those on the topic that no result shows yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.lab.voting.blind import Pair
from shared.lab.voting.counting import HOUR, Counted
from shared.messages import Vote
from shared.records import RawRecord, understood


@dataclass(frozen=True)
class Taken:
    """A vote as the broker took it."""

    vote: Vote
    at: datetime


def readable(records: Iterable[RawRecord]) -> list[Taken]:
    """The votes among the records."""
    return [Taken(vote, record.appended_at) for record, vote in understood(Vote, records)]


def voted_by(voter: str, shown: Sequence[Counted], taken: Sequence[Taken]) -> dict[str, set[Pair]]:
    """The pairs that a voter has voted on, by question, whether a result shows it yet or not."""
    pairs: dict[str, set[Pair]] = defaultdict(set)
    for vote in shown:
        if vote.ballot.voter == voter:
            pairs[vote.question_id].add(vote.pair)
    for taken_vote in taken:
        if taken_vote.vote.voter == voter:
            pairs[taken_vote.vote.question_id].add(taken_vote.vote.pair)
    return pairs


def within_the_hour(voter: str, taken: Sequence[Taken], now: datetime) -> int:
    """How many votes a voter has cast in the last 60 minutes."""
    return sum(taken_vote.vote.voter == voter and now - taken_vote.at < HOUR for taken_vote in taken)
