"""Reading votes: those that results show, and those on the topic that no result shows yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from services.console.voting.blind import Pair
from services.console.voting.counting import HOUR, Counted
from shared import topology
from shared.kafka import topics
from shared.messages import Vote
from shared.records import RawRecord
from shared.settings import KafkaSettings


@dataclass(frozen=True)
class Taken:
    """A vote as the broker took it."""

    vote: Vote
    at: datetime


def on_topic(settings: KafkaSettings) -> list[Taken]:
    """Every readable vote that the topic keeps; the scorer buries the others."""
    return readable(topics.read_all(settings, topology.VOTES.name))


def readable(records: Iterable[RawRecord]) -> list[Taken]:
    """The votes among the records."""
    found = []
    for record in records:
        with suppress(ValidationError):
            found.append(Taken(Vote.model_validate_json(record.value or b""), record.appended_at))
    return found


def voted_by(voter: str, shown: Sequence[Counted], taken: Sequence[Taken]) -> dict[str, set[Pair]]:
    """The pairs that a voter has voted on, by question, whether a result shows it yet or not."""
    found: dict[str, set[Pair]] = defaultdict(set)
    for one in shown:
        if one.ballot.voter == voter:
            found[one.question_id].add(one.pair)
    for each in taken:
        if each.vote.voter == voter:
            found[each.vote.question_id].add(each.vote.pair)
    return found


def within_the_hour(voter: str, taken: Sequence[Taken], now: datetime) -> int:
    """How many votes a voter has cast in the last 60 minutes."""
    return sum(one.vote.voter == voter and now - one.at < HOUR for one in taken)
