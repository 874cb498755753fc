"""A good record of each topic, put among hostile ones, and whether it was handled as if they were not there."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from shared import topology
from shared.contests.files import shipped
from shared.messages import (
    ActionTaken,
    Answer,
    ContestAnnounced,
    DocumentChunked,
    DocumentIndexed,
    EncoderChoice,
    EncodersAnnounced,
    EvidenceFound,
    Message,
    RecordsLost,
    Result,
    Reviewed,
    Standing,
    TrainingPair,
    TuningDecided,
    Verdicts,
)
from tests import adapters, builders, contests, results
from tests.builders import NOON
from tests.hostile.production import Production
from tests.hostile.valid_news import STORY
from tests.hostile.valid_reviews import item_named, items
from tests.pipeline.conftest import ENCODER
from tests.web import SOMEBODY


class Good(NamedTuple):
    """What goes before the hostile records, what stands among them, and what must be there in the end."""

    among: Callable[[Production, str], Message | None]
    is_right: Callable[[Production, str], bool]
    before: Callable[[Production, str], None] = lambda *_: None


def _chunks(production: Production, name: str) -> None:
    text = f"The lantern fair {name} moves to the old harbour."
    chunk = builders.a_chunked_document().chunks[0].model_copy(update={"text": text})
    production.broker.publish(topology.CHUNKS, builders.a_chunked_document(document_id=name, chunks=(chunk,)))


def written(production: Production, topic: topology.AnyTopic, name: str) -> list[Any]:
    """The messages under one key since the broker forgot."""
    records = production.broker.records(topic.name)
    return [topic.message.model_validate_json(r.value or b"") for r in records if r.key == name.encode() and r.value]


def ask(production: Production, name: str) -> None:
    """A question that evidence answers."""
    production.broker.publish(
        topology.QUESTIONS, builders.a_question(question_id=name, text=f"Where is the lantern fair {name}?")
    )


def asked(production: Production, name: str) -> None:
    """The same, answered before anything hostile comes."""
    ask(production, name)
    production.run()


def result_of(production: Production, name: str) -> Result | None:
    """The newest one."""
    return max(written(production, topology.RESULTS, name), key=lambda result: result.result_version, default=None)


def finds(production: Production, name: str) -> bool:
    """Whether a question finds the document, by its words and by their meaning."""
    ask(production, f"{name}-asked")
    production.run()
    found: list[EvidenceFound] = written(production, topology.EVIDENCE, f"{name}-asked")
    lists = [item.found_by for evidence in found for item in evidence.items if item.document_id == name]
    return any({"dense", "bm25"} <= found_by.keys() for found_by in lists) and not any(e.stale for e in found)


def is_answered(production: Production, name: str) -> bool:
    """Whether the result has an answer of every arm of the shipped contest, the reading one's from evidence."""
    result = result_of(production, name)
    return (
        result is not None
        and result.answers.keys() == set(shipped().arm_names)
        and bool(result.answers["base+rag"].answer.evidence)
    )


def _announced(production: Production, name: str) -> bool:
    said: list[DocumentIndexed] = written(production, topology.INDEXED, name)
    return any(announcement.chunk_count for announcement in said)


def _taken(production: Production, name: str) -> bool:
    cut: list[DocumentChunked] = written(production, topology.CHUNKS, name)
    whole = any("old harbour this year" in chunk.text for document in cut for chunk in document.chunks)
    return whole and _announced(production, name)


def _answered(production: Production, name: str) -> bool:
    said: list[Answer] = written(production, topology.ANSWERS, name)
    return any(answer.arm == "base+rag" and answer.status == "answered" for answer in said)


def _contest(production: Production, name: str) -> bool:
    """What strangers announced last holds, until the good one is announced after it."""
    contest = contests.a_contest("base", "base+rag", name=name)
    said = ContestAnnounced(announcement_id=name, contest=contest, announced_at=production.clock())
    asked(production, f"{name}-of-strangers")
    production.broker.publish(topology.CONTESTS, said)
    production.clock.time += timedelta(seconds=3)
    asked(production, name)
    result = result_of(production, name)
    return result is not None and result.answers.keys() == {"base", "base+rag"}


def _scored(production: Production, name: str) -> bool:
    said: list[Standing] = written(production, topology.STANDINGS, f"{results_contest()}/{name}")
    judged: list[Verdicts] = written(production, topology.VERDICTS, name)
    return bool(said) and bool(judged)


def results_contest() -> str:
    """The contest that good results belong to."""
    return shipped().label


def _a_result(_: Production, name: str) -> Message:
    answers = [
        results.a_scored("base+rag", text="The old harbour"),
        results.a_scored("tuned", text="The pier", correct=0.0),
    ]
    return results.a_result(*answers, question_id=name, slice=name).model_copy(update={"contest": shipped().taken})


def _speaks(production: Production, name: str) -> bool:
    asked(production, f"{name}-asked")
    said: list[Answer] = written(production, topology.ANSWERS, f"{name}-asked")
    return any(answer.adapter is not None and answer.adapter.name == name for answer in said)


def _an_adapter(production: Production, name: str) -> Message:
    made = production.clock().replace(year=9998) + timedelta(minutes=int(name.rpartition("-")[2]))
    return adapters.saved(production.home, name).model_copy(update={"created_at": made, "cutoff": NOON})


def _encoders(production: Production, _: str) -> Message:
    serving = EncoderChoice(name=f"hashing-{ENCODER.dimensions}", variant="hashing", dimensions=ENCODER.dimensions)
    return EncodersAnnounced(serving=serving, announced_at=production.clock())


def _has(*said: str) -> Callable[[Production, str], bool]:
    """Whether the newest result says this, and as its question was asked."""

    def has(production: Production, name: str) -> bool:
        result = result_of(production, name)
        return result is not None and all(getattr(result, field) for field in said)

    return has


def _an_item(production: Production, name: str) -> None:
    production.broker.publish(topology.REVIEW_ITEMS, items(name)[0])


def _verdict(name: str) -> Message:
    return Reviewed(item_id=item_named(name), reviewer="good", said="right", said_at=NOON)


def _listed(production: Production, name: str) -> bool:
    sheet = production.sheets.get(f"sheet-{name}", SOMEBODY)
    return sheet is not None and [item.item_id for item in sheet.items] == [item_named(name)]


def _reviewed(production: Production, name: str) -> bool:
    sheet = production.sheets.get(f"sheet-{name}", SOMEBODY)
    return sheet is not None and "good" in production.sheets.said(sheet.items[0])


def _in_view(name_of_view: str) -> Callable[[Production, str], bool]:
    return lambda production, name: name in getattr(production, name_of_view).refresh()


GOODS: Mapping[topology.AnyTopic, Good] = {
    topology.DOCUMENTS: Good(lambda _, name: builders.a_document(document_id=name, text=f"{name}. {STORY}"), _taken),
    topology.CHUNKS: Good(_chunks, _announced),
    topology.INDEXED: Good(_chunks, finds),
    topology.ENCODERS: Good(_encoders, finds, before=_chunks),
    topology.CONTESTS: Good(lambda *_: None, _contest),
    topology.QUESTIONS: Good(ask, is_answered),
    topology.EVIDENCE: Good(
        lambda production, name: builders.evidence(
            question=builders.a_question(question_id=name), asked_at=production.clock()
        ),
        _answered,
    ),
    topology.ANSWERS: Good(ask, is_answered),
    topology.REFERENCES: Good(lambda _, name: builders.references(question_id=name), _has("references_from"), asked),
    topology.VOTES: Good(lambda _, name: builders.a_vote(question_id=name, arm_b="base"), _has("votes"), asked),
    topology.VERDICTS: Good(
        lambda _, name: builders.verdicts("a", ("base", "base+rag"), question_id=name), _has("verdicts"), asked
    ),
    topology.RESULTS: Good(_a_result, _scored),
    topology.STANDINGS: Good(
        lambda _, name: Standing(slice=name, arms={}, metric_versions={}, counted_at=NOON), _in_view("standings")
    ),
    topology.REVIEW_ITEMS: Good(lambda _, name: items(name)[0], _listed),
    topology.REVIEWS: Good(lambda _, name: _verdict(name), _reviewed, before=_an_item),
    topology.PAIRS: Good(
        lambda _, name: TrainingPair(question="Where?", answer="here", document_id=name),
        lambda production, name: any(pair.document_id == name for pair in production.pairs),
    ),
    topology.ADAPTERS: Good(_an_adapter, _speaks),
    topology.TUNINGS: Good(
        lambda _, name: TuningDecided(tuning_id=name, state="postponed", reason="r", decided_at=NOON),
        lambda production, name: name in production.decided,
    ),
    topology.ACTIONS: Good(
        lambda _, name: ActionTaken(action_id=name, action="send_again", by="somebody", via="console", at=NOON),
        _in_view("actions"),
    ),
    topology.LOSSES: Good(
        lambda _, name: RecordsLost(
            loss_id=name, service="ingest", topic="news.documents.v1", partition=0, first=3, end=9, found_at=NOON
        ),
        _in_view("losses"),
    ),
}
