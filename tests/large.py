"""Large messages of every topic that the pages follow, as strangers may send them: long texts, and many small parts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from services.web.live.dead import DEAD
from shared import dead_letters, topology
from shared.messages import (
    ActionTaken,
    ContestAnnounced,
    DocumentChunked,
    Estimate,
    Message,
    Result,
    ScoredAnswer,
    Standing,
    TuningDecided,
)
from shared.messages.actions import LetterSpan
from shared.records import Position, RawRecord
from shared.topology import AnyTopic
from tests import adapters, reviews
from tests.builders import (
    NOON,
    a_document,
    a_question,
    a_vote,
    an_answer,
    an_evidence_item,
    evidence,
    references,
)
from tests.contests import ARMS, a_contest
from tests.web import announced

LONG, MANY = "\N{EURO SIGN} " * 2_000, 300


def records(topic: AnyTopic, count: int) -> Iterator[RawRecord]:
    """So many, each a second after the one before."""
    for at in range(count):
        message = OF[topic](at)
        yield RawRecord(
            Position(topic.name, 0, at), topic.key_of(message).encode(), message.model_dump_json().encode(),
            NOON + timedelta(seconds=at),
        )  # fmt: skip


def letters(count: int) -> Iterator[RawRecord]:
    """So many on each topic of dead letters."""
    for name in DEAD:
        for at in range(count):
            origin = Position(name.removesuffix(".dead"), 0, at)
            raw = RawRecord(origin, f"{name} {at}".encode(), LONG.encode(), NOON, {"traceparent": LONG[:200].encode()})
            letter = dead_letters.letter(raw, f"{at} {LONG}", "ingest")
            yield RawRecord(Position(name, 0, at), letter.key, letter.value, NOON, letter.headers)


def _answer(at: int, arm: str = ARMS[0]) -> Message:
    names = tuple(f"document-{at}:1:{place}" for place in range(MANY))
    return an_answer(
        question_id=f"q-{at}", arm=arm, text=LONG, evidence=names, evidence_titles=names, citations=names,
        evidence_labels=(("a", "b"),) * MANY, choice_log_probabilities=dict.fromkeys(names, 0.5),
    )  # fmt: skip


def _result(at: int) -> Result:
    scores = {f"metric-{place}": 0.5 for place in range(100)}
    answers = {
        arm: ScoredAnswer.model_validate({"answer": _answer(at, arm), "latency_ms": 1.0, "scores": scores})
        for arm in ARMS
    }
    return Result(
        question=a_question(question_id=f"q-{at}"), asked_at=NOON, scored_at=NOON, answers=answers,
        metric_versions={"right": "1"}, contest=a_contest(*ARMS).taken,
    )  # fmt: skip


def _standing(at: int) -> Standing:
    interval = Estimate(n=at, mean=0.5, ci95=(0.4, 0.6))
    arms = {arm: {f"metric-{place}": interval for place in range(20)} | {"right": interval} for arm in ARMS}
    return Standing(
        slice=f"slice-{at}", contest=a_contest(*ARMS).taken, arms=arms, metric_versions={"right": "1"},
        counted_at=NOON + timedelta(seconds=at),
    )  # fmt: skip


def _chunked(at: int) -> DocumentChunked:
    told = announced(f"d-{at // 20}", at + 1).model_dump(exclude={"version", "chunk_count", "encoder", "stored_at"})
    return DocumentChunked.model_validate(
        told | {"labels": _labels(), "language": "en", "chunks": (), "title": LONG[:99]}
    )


def _labels() -> tuple[str, ...]:
    return tuple(f"label {place}" for place in range(99))


def _action(at: int) -> ActionTaken:
    span = LetterSpan(topic=topology.DOCUMENTS.dead, partition=at, first=0, last=1_999)
    return ActionTaken(
        action_id=f"a-{at}", action="send_again", by="x", via="pages", at=NOON + timedelta(seconds=at), state="done",
        reason=LONG[:900], letters=(span,), wanted=2_000,
    )  # fmt: skip


def _many() -> tuple[str, ...]:
    return tuple(f"{place} {LONG[:200]}" for place in range(90))


OF: Mapping[AnyTopic, Callable[[int], Message]] = {
    topology.CONTESTS: lambda at: ContestAnnounced(
        announcement_id=f"{at}", contest=a_contest(*(f"arm-{place}" for place in range(16)), name=f"c-{at}"),
        announced_at=NOON + timedelta(seconds=at),
    ),
    topology.DOCUMENTS: lambda at: a_document(document_id=f"{at} {LONG[:400]}", text=LONG),
    topology.CHUNKS: _chunked,
    topology.INDEXED: lambda at: announced(f"d-{at // 20}", at + 1, labels=_labels(), source=LONG[:200]),
    topology.QUESTIONS: lambda at: a_question(question_id=f"asked-{at}", references=_many()),
    topology.EVIDENCE: lambda at: evidence(
        question=a_question(question_id=f"q-{at}"), asked_at=NOON + timedelta(seconds=at),
        items=tuple(an_evidence_item(rank=rank + 1, text=LONG, labels=_labels()) for rank in range(5)),
    ),
    topology.ANSWERS: _answer,
    topology.RESULTS: _result,
    topology.STANDINGS: _standing,
    topology.VOTES: lambda at: a_vote(question_id=f"{at} {LONG[:500]}", voter=f"voter {at}"),
    topology.REFERENCES: lambda at: references(question_id=f"q-{at}", references=_many()),
    topology.REVIEW_ITEMS: lambda at: reviews.an_item(at + 1, accepted=_many(), question=f"{at} {LONG[:999]}"),
    topology.REVIEWS: lambda at: reviews.said(
        reviews.an_item(at // 20 + 1), f"reviewer {at % 20}", "mend", text=LONG[:999], references=_many()
    ),
    topology.ADAPTERS: lambda at: adapters.announced(f"{at} {LONG[:400]}", state="retired", reason=LONG[:900]),
    topology.TUNINGS: lambda at: TuningDecided(
        tuning_id=f"{at}", state="postponed", reason=LONG[:900], decided_at=NOON + timedelta(seconds=at)
    ),
    topology.ACTIONS: _action,
}  # fmt: skip
