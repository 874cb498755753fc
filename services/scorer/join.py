"""Joining the answers of one question: a pure state machine, without Kafka, Faust or a clock.

Time is the broker's append time of each message, so that what counts is a property of the topics and not of
when they were read: an answer counts when it was appended by the question's deadline, however late it is read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.messages import Answer, Moment, Question

Reception = Literal["taken", "repeated", "late"]


@dataclass(frozen=True)
class Event:
    """A question or an answer with its append time, the partition of its join, and its trace."""

    message: Question | Answer
    at: datetime
    partition: int
    trace: str = ""


class Arrived(BaseModel):
    """An answer and when the broker took it."""

    model_config = ConfigDict(frozen=True)
    answer: Answer
    at: Moment


class Join(BaseModel):
    """What is known of one question. Once done, only the marker is left: when, and which arms counted."""

    model_config = ConfigDict(frozen=True)
    partition: int
    first_at: Moment
    question: Question | None = None
    asked_at: Moment | None = None
    trace: str = ""
    answers: dict[str, Arrived] = {}
    done_at: Moment | None = None
    counted: tuple[str, ...] = ()

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
        return {arm: one for arm, one in self.answers.items() if deadline is None or one.at <= deadline}


def reception(join: Join | None, event: Event) -> Reception:
    """Whether the event adds something, repeats what is known, or came after its chance had passed."""
    if join is None:
        return "taken"
    if isinstance(event.message, Question):
        return "repeated" if join.question is not None or join.done_at is not None else "taken"
    arm = event.message.arm
    if arm in join.answers or arm in join.counted:
        return "repeated"
    if join.done_at is not None or (join.deadline is not None and event.at > join.deadline):
        return "late"
    return "taken"


def apply(join: Join | None, event: Event) -> Join:
    """The join after the event; the same object where the event adds nothing. An arm's first answer stands."""
    if reception(join, event) != "taken" and join is not None:
        return join
    join = join or Join(partition=event.partition, first_at=event.at)
    if isinstance(event.message, Question):
        return join.model_copy(update={"question": event.message, "asked_at": event.at, "trace": event.trace})
    arrived = Arrived(answer=event.message, at=event.at)
    return join.model_copy(update={"answers": {**join.answers, event.message.arm: arrived}})


def complete(join: Join, arms: Collection[str], now: datetime | None = None) -> bool:
    """Whether the result can be made: every arm has answered in time, or `now` is past the deadline.

    Leave `now` out while answers that were appended in time may still be unread.
    """
    if join.done_at is not None or join.deadline is None:
        return False
    return join.in_time.keys() >= set(arms) or (now is not None and now > join.deadline)


def done(join: Join, now: datetime) -> Join:
    """The marker that stays after the result was announced, so that nothing is announced anew."""
    return Join(partition=join.partition, first_at=join.first_at, done_at=now, counted=tuple(join.in_time))


def due(join: Join, keep: timedelta) -> datetime:
    """When to look again: at the deadline, or when a marker or answers without a question are forgotten."""
    if join.deadline is not None:
        return join.deadline
    return (join.done_at or join.first_at) + keep
