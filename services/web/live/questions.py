"""The newest questions with what came of them so far: their answers as each arm gives them, then their results."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared import topology
from shared.contests.calendar import Calendar
from shared.messages import Answer, ContestAnnounced, Question, Result
from shared.records import RawRecord, understood
from shared.restriction import made_of
from shared.standings import newest


@dataclass(frozen=True)
class Said:
    """An answer, and when the broker took it."""

    answer: Answer
    at: datetime


@dataclass(frozen=True)
class Asked:
    """A question and what came of it. `result`: None until it is scored."""

    question: Question
    asked_at: datetime
    said: Mapping[str, Said] = field(default_factory=dict)
    result: Result | None = None

    @property
    def is_settled(self) -> bool:
        """Whether no further answer is to come."""
        return self.result is not None


class Questions:
    """Kept in memory: at most so many, the oldest leave. Written by one thread, read by any."""

    def __init__(self, most: int, tell: Callable[[str], None]) -> None:
        self._most, self._tell = most, tell
        self._asked: OrderedDict[str, Asked] = OrderedDict()
        self._early: OrderedDict[str, dict[str, Said]] = OrderedDict()
        self.calendar = Calendar()

    def get(self, question_id: str) -> Asked | None:
        """What is known of it."""
        return self._asked.get(question_id)

    @property
    def results(self) -> list[Result]:
        """Of the questions that are kept and scored."""
        return [asked.result for asked in self.newest(self._most) if asked.result is not None]

    def arms_of(self, asked: Asked) -> list[str]:
        """Those that may answer, in the order of the contest that the question belongs to, and any other that did."""
        told = asked.result.contest if asked.result else None
        named = told.arm_names if told else self.calendar.at(asked.asked_at).arm_names
        return [*dict.fromkeys([*named, *asked.said])]

    def newest(self, most: int) -> list[Asked]:
        """Those asked last come first."""
        kept = [*self._asked.values()]
        return sorted(kept, key=lambda asked: (asked.asked_at, asked.question.question_id), reverse=True)[:most]

    def take(self, record: RawRecord) -> None:
        """Take in a record of one of the topics of questions."""
        takers = {
            topology.CONTESTS.name: self._announced,
            topology.QUESTIONS.name: self._question,
            topology.ANSWERS.name: self._answer,
            topology.RESULTS.name: self._result,
        }
        if taker := takers.get(record.position.topic):
            taker(record)

    def _announced(self, record: RawRecord) -> None:
        for _, announcement in understood(ContestAnnounced, [record]):
            self.calendar = self.calendar.announced(announcement.contest, record.appended_at)

    def _question(self, record: RawRecord) -> None:
        for _, question in understood(Question, [record]):
            if question.question_id not in self._asked:
                self._put(Asked(question, record.appended_at, self._early.pop(question.question_id, {})))

    def _answer(self, record: RawRecord) -> None:
        """One that comes before its question, from another partition's reader, waits for it."""
        for _, answer in understood(Answer, [record]):
            asked = self._asked.get(answer.question_id)
            if asked is None:
                self._early.setdefault(answer.question_id, {})[answer.arm] = Said(answer, record.appended_at)
                _shrunk(self._early, self._most)
            elif answer.arm not in asked.said:
                said = Said(made_of(answer, asked.question.labels), record.appended_at)
                self._put(replace(asked, said={**asked.said, answer.arm: said}))

    def _result(self, record: RawRecord) -> None:
        for _, result in understood(Result, [record]):
            name = result.question.question_id
            asked = self._asked.get(name)
            if asked is None:
                asked = Asked(result.question, result.asked_at, self._early.pop(name, {}))
            standing = newest([*([asked.result] if asked.result else []), result])[name]
            self._put(replace(asked, question=standing.question, result=standing))

    def _put(self, asked: Asked) -> None:
        self._asked[asked.question.question_id] = asked
        _shrunk(self._asked, self._most)
        self._tell(asked.question.question_id)


def _shrunk(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
