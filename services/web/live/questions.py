"""The newest questions with what came of them so far: their answers as each arm gives them, then their results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.web.live.kept import Kept
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from services.web.signing.people import Person
from shared import topology
from shared.contests.calendar import Calendar, Entry
from shared.messages import Answer, ContestAnnounced, Question, Result
from shared.messages.contests import MOST_ARMS, Competing
from shared.records import Position, RawRecord, understood
from shared.restriction import made_of
from shared.standings import newest

EARLY, CONTESTS, BESIDE = 500, 500, 300
"""Questions whose answers came before them; contests; bytes that an answer or a result takes in its question."""
OVERDUE = timedelta(minutes=2)
"""After its deadline no result of a question comes any more."""


@dataclass(frozen=True)
class Said:
    """An answer, when the broker took it, and where it stands."""

    answer: Answer
    at: datetime
    position: Position


@dataclass(frozen=True)
class Published:
    """A version of a result, when the broker took it, and where it stands."""

    version: int
    at: datetime
    position: Position


@dataclass(frozen=True)
class Asked:
    """A question and what came of it. `result`: None until it is scored.

    `position`: None where the question itself is no longer on its topic. `published`: the first version of its result
    that was seen, and the newest. `result_bytes`: that the result takes in memory.
    """

    question: Question
    asked_at: datetime
    position: Position | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    result: Result | None = None
    published: tuple[Published, ...] = ()
    result_bytes: int = 0

    def is_settled(self, now: datetime) -> bool:
        """Whether no further answer is to come."""
        return self.result is not None or now - self.asked_at > timedelta(seconds=self.question.deadline_s) + OVERDUE


class Questions:
    """Kept in memory within a number and a size, the oldest leave. Written by one thread, read by any."""

    def __init__(self, most: int, share: Share, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._asked = Kept[str, Asked](most, share("questions"), lambda asked: asked.asked_at)
        self._early = Kept[str, Mapping[str, Said]](
            EARLY, share("answers before their question"), lambda said: min(of.at for of in said.values())
        )
        self._entries = Kept[Position, Entry](CONTESTS, share("contests") // 2, lambda entry: entry.since)
        self.calendar = Calendar()
        self.votes_counted = self._scored = 0
        """How often the votes on a result have changed."""

    def get(self, question_id: str, person: Person) -> Asked | None:
        """What is known of it; None of one that this person may not see."""
        asked = self._asked.get(question_id)
        return asked if asked is not None and person.may_see_question(asked.question) else None

    def is_kept(self, question_id: str) -> bool:
        """Whether it is known here, be it for this person or not."""
        return self._asked.get(question_id) is not None

    @property
    def version(self) -> object:
        """Another one once anything has changed about a question with a result."""
        return self._scored, self._asked.gone

    @property
    def results(self) -> list[Result]:
        """Of the questions that are kept and scored."""
        return [asked.result for asked in self._asked.values() if asked.result is not None]

    def arms_of(self, asked: Asked) -> list[str]:
        """Those that may answer, in the order of the contest that the question belongs to, and any other that did."""
        told = asked.result.contest if asked.result else None
        named = told.arm_names if told else self.calendar.at(asked.asked_at).arm_names
        return [*dict.fromkeys([*named, *asked.said])]

    def context_of(self, asked: Asked, arm: str) -> str:
        """What an arm is given, as its contest says: a recipe, or another context; "" where it names no such arm."""
        told = asked.result.contest if asked.result else None
        arms: Sequence[Competing] = told.arms if told else self.calendar.at(asked.asked_at).arms
        return next((competing.context for competing in arms if competing.name == arm), "")

    def newest(self, most: int, person: Person) -> list[Asked]:
        """Those asked last that this person may see come first."""
        kept = [asked for asked in self._asked.values() if person.may_see_question(asked.question)]
        return sorted(kept, key=lambda asked: (asked.asked_at, asked.question.question_id), reverse=True)[:most]

    def scored(self, person: Person) -> list[Asked]:
        """All that have a result and that this person may see; those asked last come first."""
        return [asked for asked in self.newest(len(self._asked), person) if asked.result is not None]

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
            [entry] = Calendar().announced(announcement.contest, record.appended_at).entries
            self._entries.put(record.position, entry, size_of(entry))
            entries = sorted(self._entries.values(), key=lambda entry: (entry.since, entry.contest.digest))
            self.calendar = Calendar(entries)

    def _question(self, record: RawRecord) -> None:
        for _, question in understood(Question, [record]):
            asked = self._asked.get(question.question_id)
            if asked is None:
                said, earlier = self._taken_early(question.question_id)
                asked = Asked(question, record.appended_at, record.position, said)
                self._put(asked, size_of(question) + BESIDE + earlier)
            elif asked.position is None and asked.asked_at == record.appended_at:
                self._put(replace(asked, position=record.position), 0)

    def _answer(self, record: RawRecord) -> None:
        """One that comes before its question, from another partition's reader, waits for it."""
        for _, answer in understood(Answer, [record]):
            asked = self._asked.get(answer.question_id)
            before = asked.said if asked else self._early.get(answer.question_id) or {}
            if answer.arm in before or len(before) >= MOST_ARMS:
                continue
            if asked is None:
                own = Said(answer, record.appended_at, record.position)
                self._early.grow(answer.question_id, {**before, answer.arm: own}, size_of(own) + BESIDE)
            else:
                own = Said(made_of(answer, asked.question.labels), record.appended_at, record.position)
                self._put(replace(asked, said={**before, answer.arm: own}), size_of(own) + BESIDE)

    def _result(self, record: RawRecord) -> None:
        for _, result in understood(Result, [record]):
            name = result.question.question_id
            asked = self._asked.get(name)
            earlier = 0
            if asked is None:
                said, earlier = self._taken_early(name)
                asked = Asked(result.question, result.asked_at, said=said)
            before = asked.result.votes if asked.result else ()
            standing = newest([*([asked.result] if asked.result else []), result])[name]
            self.votes_counted += standing.votes != before
            seen = [*asked.published, Published(result.result_version, record.appended_at, record.position)]
            seen.sort(key=lambda of: (of.version, of.at))
            published = tuple(dict.fromkeys((seen[0], seen[-1])))
            stands = size_of(result) + BESIDE if standing is result else asked.result_bytes
            grown = earlier + stands - asked.result_bytes
            asked = replace(asked, question=standing.question, result=standing, published=published)
            self._put(replace(asked, result_bytes=stands), grown)

    def _taken_early(self, question_id: str) -> tuple[Mapping[str, Said], int]:
        """Answers that came before, with their size; they are kept with the question from now on."""
        size = self._early.size_of(question_id)
        return self._early.pop(question_id) or {}, size

    def _put(self, asked: Asked, grown: int) -> None:
        self._asked.grow(asked.question.question_id, asked, grown)
        self._scored += asked.result is not None
        self._tell(asked.question.question_id)
