"""One turn of the scorer: records in, joins moved on, results settled, changes out for whoever keeps the joins."""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.scorer.join import Event, Join, Reception, apply, complete, done, due, reception
from services.scorer.reading import Reader
from services.scorer.settle import Settle
from shared import observe
from shared.contests.calendar import Calendar
from shared.messages import Answer, Question
from shared.records import RawRecord
from shared.telemetry import metrics

log = structlog.get_logger()
Changes = dict[str, Join | None]
"""Question id -> its join from now on, or None where it is forgotten."""
Look = Callable[[], Calendar]
"""All contests that were announced before the call."""
AT_ONCE = 256


class Joins(Protocol):
    """The joins by question id, as they were last kept."""

    def get(self, question_id: str, /) -> Join | None: ...


class JoinProcessor:
    """Decides what changes. It must hear of every join there is (`adopt`) and have its changes kept, in order."""

    def __init__(self, joins: Joins, reader: Reader, settle: Settle, *, contests: Look, keep: timedelta) -> None:
        self._joins = joins
        self._reader = reader
        self._settle = settle
        self._contests = contests
        self._keep = keep
        self._due: list[tuple[datetime, str]] = []

    def adopt(self, joins: Iterable[tuple[str, Join]]) -> None:
        """Start from these joins alone, by their questions' ids, after a start or when partitions moved."""
        entries = [(due(join, self._keep), question_id) for question_id, join in joins]
        heapq.heapify(entries)
        self._due = entries

    def take(self, records: Sequence[RawRecord], now: datetime) -> Changes:
        """Move the joins on; complete ones are stored and announced when this returns."""
        changes: Changes = {}
        with observe.batch("scorer", records):
            for event in self._reader.read(records):
                self._move(changes, event)
            calendar = self._contests()
            ripe = {name: join for name, join in changes.items() if join and complete(join, arms_of(join, calendar))}
            self._conclude(changes, ripe | self._recalled(changes), now, calendar)
        return changes

    def waits_for(self, now: datetime) -> bool:
        """Whether some deadline or term of remembrance has passed."""
        return bool(self._due) and self._due[0][0] < now

    def expire(self, now: datetime, partitions: Collection[int]) -> Changes:
        """Settle what is past its deadline and forget what is past its term, in partitions read through `now`."""
        changes: Changes = {}
        for question_id, join in self._past(now, partitions):
            changes[question_id] = join if join.question else None
            if join.question is None:
                _drop(question_id, join, "its question did not come")
        self._conclude(changes, {name: join for name, join in changes.items() if join}, now, self._contests())
        return changes

    def _past(self, now: datetime, partitions: Collection[int]) -> list[tuple[str, Join]]:
        past: dict[str, Join] = {}
        later: list[tuple[datetime, str]] = []
        while self.waits_for(now) and len(past) < AT_ONCE:
            when, question_id = heapq.heappop(self._due)
            join = self._joins.get(question_id)
            if join is None or due(join, self._keep) != when:
                continue  # it was moved on since; what it became has its own entry
            if join.partition in partitions:
                past[question_id] = join
            else:
                later.append((when, question_id))
        for entry in later:
            heapq.heappush(self._due, entry)
        return list(past.items())

    def _move(self, changes: Changes, event: Event) -> None:
        question_id = event.message.question_id
        known = changes.get(question_id) or self._joins.get(question_id)
        _count(event, reception(known, event))
        moved = apply(known, event)
        if moved is not known:
            self._note(changes, question_id, moved)

    def _recalled(self, changes: Changes) -> dict[str, Join]:
        """Joins that know of no question, because it was settled so long ago that its marker is forgotten."""
        strangers = {name: join for name, join in changes.items() if join and join.has_feedback and not join.question}
        return {name: join for name, join in strangers.items() if join.done_at is None and self._settle.known(name)}

    def _conclude(self, changes: Changes, ripe: Mapping[str, Join], now: datetime, calendar: Calendar) -> None:
        results = self._settle(ripe, now, calendar) if ripe else {}
        for question_id, join in ripe.items():
            result = results.get(question_id)
            if result is None:
                _drop(question_id, join, "the store has lost its result")
            elif result.result_version > join.announced:
                metrics.SCORER_RESULTS.of(_because(join, calendar)).inc()
            counted = result.answers if result else join.counted
            version = result.result_version if result else join.announced
            self._note(changes, question_id, done(join, now, counted=tuple(counted), announced=version))

    def _note(self, changes: Changes, question_id: str, join: Join) -> None:
        changes[question_id] = join
        heapq.heappush(self._due, (due(join, self._keep), question_id))


def arms_of(join: Join, calendar: Calendar) -> Sequence[str]:
    """The arms that a result of this join waits for; none while its question is unknown."""
    return calendar.at(join.asked_at).arm_names if join.asked_at else ()


def _because(join: Join, calendar: Calendar) -> str:
    if join.question is None:
        return "feedback"
    return "complete" if set(arms_of(join, calendar)) <= join.in_time.keys() else "deadline"


def _count(event: Event, received: Reception) -> None:
    if isinstance(event.message, Answer):
        metrics.SCORER_ANSWERS.of(received).inc()
    elif not isinstance(event.message, Question):
        metrics.SCORER_FEEDBACK.of(type(event.message).__name__.lower(), received).inc()


def _drop(question_id: str, join: Join, reason: str) -> None:
    """Say what is given up: references, votes and verdicts that no result will ever show."""
    if not join.has_feedback:
        return
    references = int(join.references is not None)
    metrics.SCORER_FEEDBACK.of("references", "dropped").inc(references)
    votes, verdicts = len(join.votes), len(join.judged)
    metrics.SCORER_FEEDBACK.of("vote", "dropped").inc(votes)
    metrics.SCORER_FEEDBACK.of("verdicts", "dropped").inc(verdicts)
    log.warning(
        "dropped", question_id=question_id, references=references, votes=votes, verdicts=verdicts, reason=reason
    )
