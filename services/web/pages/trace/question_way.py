"""The way of a question from record to record, as the topics tell it: how long each step took, and what for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.web.live.questions import Asked, Said
from services.web.live.searches import Searched
from shared.records import Position

Kind = Literal["queue", "work", "both"]


@dataclass(frozen=True)
class RecordPlaced:
    """A record on the way: what it is, where it stands, and when the broker appended it.

    `position`: None where the record itself is no longer kept, and others say when it was appended.
    """

    what: str
    position: Position | None
    at: datetime


@dataclass(frozen=True)
class Part:
    """Of a step. `both`: queue and work together, where no message tells them apart."""

    what: str
    kind: Kind
    ms: float


@dataclass(frozen=True)
class Leg:
    """From the record that a service read to the one that it wrote; its parts add up to the time between the two."""

    service: str
    of: str
    began_at: datetime
    ended_at: datetime
    parts: tuple[Part, ...]

    @property
    def took_ms(self) -> float:
        """Milliseconds, by the broker's times of append."""
        return ms_between(self.began_at, self.ended_at)


@dataclass(frozen=True)
class Way:
    """All records, in the order of their times, and all legs. `notes`: what is not known of it, in sentences."""

    records: tuple[RecordPlaced, ...]
    legs: tuple[Leg, ...]
    notes: tuple[str, ...] = ()

    @property
    def took_ms(self) -> float:
        """From the first record to the last."""
        times = [record.at for record in self.records]
        return ms_between(min(times), max(times)) if times else 0.0


def ms_between(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(milliseconds=1)


def split(start: datetime, end: datetime, *works: tuple[str, float]) -> tuple[Part, ...]:
    """The queue, then each work that a message tells, in milliseconds; what would not fit in is cut off."""
    left, parts = ms_between(start, end), []
    for what, told in works:
        fits = max(0.0, min(told, left))
        left -= fits
        parts.append(Part(what, "work", fits))
    return Part("queue", "queue", left), *parts


def of_question(asked: Asked, searches: Mapping[str, Searched], contexts: Mapping[str, str]) -> Way:
    """`contexts`: arm -> what it is given. Arms stand in the order of `contexts`."""
    records = [RecordPlaced("question", asked.position, asked.asked_at)]
    legs: list[Leg] = []
    for recipe, searched in searches.items():
        records.append(RecordPlaced(f"evidence, {recipe}", searched.position, searched.at))
        parts = split(asked.asked_at, searched.at, ("search", searched.evidence.retrieval_ms))
        legs.append(Leg("retriever", recipe, asked.asked_at, searched.at, parts))
    for arm, context in contexts.items():
        if (said := asked.said.get(arm)) is not None:
            records.append(RecordPlaced(f"answer, {arm}", said.position, said.at))
            legs.append(_answered(asked, said, searches.get(context)))
    records += [RecordPlaced(f"result, version {of.version}", of.position, of.at) for of in asked.published]
    legs += _scored(asked)
    return Way(tuple(sorted(records, key=lambda record: record.at)), tuple(legs), tuple(_notes(asked, contexts)))


def _answered(asked: Asked, said: Said, searched: Searched | None) -> Leg:
    """From the evidence that it read, where that is kept; otherwise from the question, with the search in it."""
    answer = said.answer
    if searched is not None and searched.at <= said.at:
        parts = split(searched.at, said.at, ("model", answer.generation_ms))
        return Leg("generator", answer.arm, searched.at, said.at, parts)
    search = [("search", answer.retrieval_ms)] if answer.retrieval_ms else []
    parts = split(asked.asked_at, said.at, *search, ("model", answer.generation_ms))
    return Leg("generator", answer.arm, asked.asked_at, said.at, parts)


def _scored(asked: Asked) -> Iterator[Leg]:
    """From the last answer that counts, or the deadline where one is missing, to the first version of the result."""
    first = next((published for published in asked.published if published.version == 1), None)
    counted = [said.at for arm, said in asked.said.items() if asked.result and arm in asked.result.answers]
    if first is None or asked.result is None or not counted:
        return
    deadline = asked.asked_at + timedelta(seconds=asked.question.deadline_s)
    began = max([*counted, *([deadline] if asked.result.missing else [])])
    what = "after the deadline" if asked.result.missing else "after the last answer"
    yield Leg("scorer", "", began, first.at, (Part(what, "both", ms_between(began, first.at)),))


def _notes(asked: Asked, contexts: Mapping[str, str]) -> Iterator[str]:
    if asked.position is None:
        yield "The question's own record is no longer among the newest of its topic; its result tells when it came."
    known = {*asked.said, *(asked.result.missing if asked.result else ())}
    if gone := [arm for arm in contexts if asked.result and arm in asked.result.answers and arm not in known]:
        yield f"The records of the answers of {', '.join(gone)} are no longer among the newest."
    if missing := (asked.result.missing if asked.result else ()):
        yield f"No answer by the deadline: {', '.join(missing)}."
    if asked.result is None:
        yield "No result has come yet."
    elif asked.published and asked.published[0].version > 1:
        yield "Votes, verdicts or references made new versions of the result, and the topic keeps the newest alone."
