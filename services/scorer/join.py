"""Joining what belongs to one question: a pure state machine, without Kafka, Faust or a clock.

Time is the broker's append time of each message, so that what counts is a property of the topics and not of
when they were read: an answer counts when it was appended by the question's deadline, however late it is read.
References, votes and verdicts have no deadline. Of several the newest stands, by append time and then by offset.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.messages import Answer, Moment, Question, References, Verdicts, Vote
from shared.messages.contests import MOST_ARMS

Reception = Literal["taken", "repeated", "late", "superseded", "too_many"]
Stamp = tuple[Moment, int]
"""When a record was appended, and its offset: what came later is newer."""
MOST_VOTES, MOST_JUDGES = 1000, 8  # of one question, and MOST_ARMS answers: its result must fit the largest message


@dataclass(frozen=True)
class Event:
    """A message with its append time, the partition of its join, its trace and its offset."""

    message: Question | Answer | References | Vote | Verdicts
    at: datetime
    partition: int
    trace: str = ""
    offset: int = 0

    @property
    def stamp(self) -> Stamp:
        return self.at, self.offset


class Arrived(BaseModel):
    """An answer and when the broker took it."""

    model_config = ConfigDict(frozen=True)
    answer: Answer
    at: Moment


class Given(BaseModel):
    """References that no result is scored with yet."""

    model_config = ConfigDict(frozen=True)
    message: References
    stamp: Stamp


class Cast(BaseModel):
    """A vote that no result counts yet."""

    model_config = ConfigDict(frozen=True)
    vote: Vote
    stamp: Stamp


class Judged(BaseModel):
    """A judge's verdicts that no result holds yet."""

    model_config = ConfigDict(frozen=True)
    verdicts: Verdicts
    stamp: Stamp


class Join(BaseModel):
    """What is known of one question. Once done, only the marker is left, and what came for the result since."""

    model_config = ConfigDict(frozen=True)
    partition: int
    first_at: Moment
    question: Question | None = None
    asked_at: Moment | None = None
    trace: str = ""
    answers: dict[str, Arrived] = {}
    references: Given | None = None
    votes: tuple[Cast, ...] = ()
    judged: tuple[Judged, ...] = ()
    done_at: Moment | None = None
    counted: tuple[str, ...] = ()
    announced: int = 0
    heard: Stamp | None = None

    @property
    def deadline(self) -> datetime | None:
        """The last append time at which an answer counts; None while the question is unknown."""
        if self.question is None or self.asked_at is None:
            return None
        return self.asked_at + timedelta(seconds=self.question.deadline_s)

    @property
    def in_time(self) -> dict[str, Arrived]:
        """The answers that count, by arm."""
        deadline = self.deadline
        return {arm: arrived for arm, arrived in self.answers.items() if deadline is None or arrived.at <= deadline}

    @property
    def has_feedback(self) -> bool:
        """Whether references, votes or verdicts wait for a result."""
        return self.references is not None or bool(self.votes) or bool(self.judged)


def reception(join: Join | None, event: Event) -> Reception:
    """Whether the event adds something, repeats what is known, or came after its chance had passed."""
    if join is None:
        return "taken"
    match event.message:
        case Question():
            return "repeated" if join.question is not None or join.done_at is not None else "taken"
        case References():
            return _newer(event.stamp, join.references.stamp if join.references else join.heard)
        case Vote() as vote:
            cast = next((cast for cast in join.votes if same_ballot(cast.vote, vote)), None)
            full = cast is None and len(join.votes) >= MOST_VOTES
            return "too_many" if full else _newer(event.stamp, cast.stamp if cast else None)
        case Verdicts() as verdicts:
            judged = next((judged for judged in join.judged if judged.verdicts.judge == verdicts.judge), None)
            full = judged is None and len(join.judged) >= MOST_JUDGES
            return "too_many" if full else _newer(event.stamp, judged.stamp if judged else None)
        case Answer() as answer:
            return _reception_of_answer(join, answer.arm, event.at)


def _reception_of_answer(join: Join, arm: str, at: datetime) -> Reception:
    if arm in join.answers or arm in join.counted:
        return "repeated"
    if join.done_at is not None or (join.deadline is not None and at > join.deadline):
        return "late"
    return "taken" if len(join.answers) < MOST_ARMS else "too_many"


def _newer(stamp: Stamp, known: Stamp | None) -> Reception:
    if known is None or stamp > known:
        return "taken"
    return "repeated" if stamp == known else "superseded"


def same_ballot(first: Vote, second: Vote) -> bool:
    """Whether of these two votes only one counts: the same voter on the same pair of arms."""
    return first.voter == second.voter and first.pair == second.pair


def apply(join: Join | None, event: Event) -> Join:
    """The join after the event; the same object where the event adds nothing. An arm's first answer stands."""
    if reception(join, event) != "taken" and join is not None:
        return join
    join = join or Join(partition=event.partition, first_at=event.at)
    match event.message:
        case Question() as question:
            return join.model_copy(update={"question": question, "asked_at": event.at, "trace": event.trace})
        case Answer() as answer:
            arrived = Arrived(answer=answer, at=event.at)
            return join.model_copy(update={"answers": {**join.answers, answer.arm: arrived}})
        case References() as references:
            given = Given(message=references, stamp=event.stamp)
            return join.model_copy(update={"references": given, "trace": join.trace or event.trace})
        case Vote() as vote:
            others = tuple(cast for cast in join.votes if not same_ballot(cast.vote, vote))
            votes = (*others, Cast(vote=vote, stamp=event.stamp))
            return join.model_copy(update={"votes": votes, "trace": join.trace or event.trace})
        case Verdicts() as verdicts:
            kept = tuple(judged for judged in join.judged if judged.verdicts.judge != verdicts.judge)
            judged = (*kept, Judged(verdicts=verdicts, stamp=event.stamp))
            return join.model_copy(update={"judged": judged, "trace": join.trace or event.trace})


def complete(join: Join, arms: Collection[str], now: datetime | None = None) -> bool:
    """Whether a result can be made: every arm has answered in time, or `now` is past the deadline.

    Leave `now` out while answers that were appended in time may still be unread. Once done, whatever came since
    makes the next version of the result.
    """
    if join.done_at is not None:
        return join.has_feedback
    return join.deadline is not None and (join.in_time.keys() >= set(arms) or (now is not None and now > join.deadline))


def done(join: Join, now: datetime, *, counted: Collection[str], announced: int) -> Join:
    """The marker that stays: which arms count in the result, its announced version, the newest references heard of."""
    return Join(
        partition=join.partition,
        first_at=join.first_at,
        done_at=now,
        counted=tuple(counted),
        announced=announced,
        heard=join.references.stamp if join.references else join.heard,
    )


def due(join: Join, keep: timedelta) -> datetime:
    """When to look again: at the deadline, or when a marker or what waits for its question is forgotten."""
    if join.deadline is not None:
        return join.deadline
    return (join.done_at or join.first_at) + keep
