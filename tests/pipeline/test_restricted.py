"""The words of a document with labels stand where they may, and in no other byte that comes out.

Where they may stand is listed here. All else is searched: topics with their keys and headers, logs of all levels,
metrics, pages.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from services.console import filter_hints
from services.retriever.assembly import retriever
from services.retriever.explain import explained
from services.scorer.publishing import published
from services.scorer.settings import ScorerSettings
from shared import topology
from shared.encoders import hashing
from shared.lab import accounting, freshness
from shared.lab.report import files
from shared.lab.report.material import gather, times_of
from shared.lab.report.numbers import count
from shared.lab.voting.blind import choice_on, offer
from shared.memory.broker import MemoryTail
from shared.messages import Filters, Result, Turn
from shared.records import RawRecord
from tests.builders import a_document, a_question
from tests.pipeline.conftest import ENCODER
from tests.pipeline.restricted import HIDDEN, MALFORMED, REPRINT, TITLE, House, announcements, live, told
from tests.pipeline.test_pipeline import MemoryAuditSource
from tests.standings import standings

CARRY = {topic.name for topic in (topology.DOCUMENTS, topology.CHUNKS)} | {topology.DOCUMENTS.dead}
"""The values of these topics are the documents."""
OF_THE_ASKER = {topology.EVIDENCE.name, topology.ANSWERS.name}
"""So are the values of these, for a question that showed the label."""


def searched(record: RawRecord) -> Iterator[str]:
    """All of a record in which no hidden word may stand."""
    topic, value = record.position.topic, (record.value or b"").decode()
    yield (record.key or b"").decode()
    yield from (data.decode() for data in record.headers.values())
    if topic in CARRY or (topic in OF_THE_ASKER and b"shown" in (record.key or b"")):
        return
    if topic == topology.RESULTS.name and record.key == b"shown":
        value = without_what_was_said(json.loads(value))
    yield value


def without_what_was_said(result: dict[str, Any]) -> str:
    """A result but for the texts of answers that it says were made from a document with labels."""
    assert result["labels"] == ["board"]
    for scored in result["answers"].values():
        if any(scored["answer"]["evidence_labels"]):
            scored["answer"]["text"] = scored["answer"]["withheld"] = ""
    return json.dumps(result, ensure_ascii=False)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(adapters_folder=tmp_path)


def test_the_words_of_a_document_with_labels_stand_in_no_other_byte_of_any_topic(house: House) -> None:
    live(house)
    records = [record for topic in house.broker.topics for record in house.broker.records(topic)]

    assert {record.position.topic for record in records} >= CARRY | OF_THE_ASKER | {
        topology.INDEXED.name, topology.RESULTS.name, topology.VERDICTS.name,
    }  # fmt: skip
    assert len(house.broker.records(topology.DOCUMENTS.dead)) == len(MALFORMED) + 1
    found = [(record.position, told(part)) for record in records for part in searched(record) if told(part)]
    assert found == []


def test_the_asker_with_the_label_is_answered_with_the_words(house: House) -> None:
    live(house)
    said = house.published()["shown"].answers["base+rag"].answer

    assert TITLE in said.text.casefold()
    assert ("board",) in said.evidence_labels
    assert said.evidence_titles[said.evidence_labels.index(("board",))] == ""


def test_no_log_of_any_level_and_no_metric_has_a_word_of_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), capture_logs() as events:
        live(house)

    assert any(event["event"] == "buried" for event in events)
    assert told(json.dumps([*events, *(record.getMessage() for record in caplog.records)], default=str)) == []
    assert told(generate_latest()) == []


def test_an_announcement_says_that_there_is_a_document_and_for_whom(house: House) -> None:
    house.broker.publish(topology.DOCUMENTS, HIDDEN)
    house.run()
    [said] = announcements(house)
    left_out = {
        "title": "",
        "source": "",
        "url": "",
        "tags": (),
        "trust": 1.0,
        "duplicate_of": None,
        "content_hash": "",
    }

    assert (said.document_id, said.revision, said.labels, said.language) == ("minutes-1", 1, ("board",), "")
    assert said.chunk_count > 0
    assert {name: getattr(said, name) for name in left_out} == left_out


def test_a_near_duplicate_for_everyone_does_not_point_at_it(house: House) -> None:
    live(house)

    assert [of.duplicate_of for of in announcements(house) if of.document_id == "reprint"] == [None]
    assert house.documents.latest(["reprint"])["reprint"].duplicate_of is None


def test_what_is_withheld_stands_in_the_store_alone(house: House) -> None:
    house.scoring = ScorerSettings(withhold=True)
    house.restart()
    live(house)
    records = house.broker.records(topology.RESULTS.name)
    stored = house.results.get("shown")

    assert [told(record.value or b"") for record in records if told(record.value or b"")] == []
    assert house.published()["shown"].withheld
    assert not house.published()["open"].withheld
    assert stored is not None
    assert TITLE in stored.answers["base+rag"].answer.text.casefold()


def test_the_labels_of_a_suite_withhold_nothing(house: House) -> None:
    house.scoring = ScorerSettings(withhold=True)
    house.restart()
    house.broker.publish(topology.DOCUMENTS, a_document(labels=("suite:harbour",)))
    house.run()
    house.broker.publish(topology.QUESTIONS, a_question(labels=("suite:harbour",)))
    house.run()
    result = house.published()["q-1"]

    assert not result.withheld
    assert result.answers["base+rag"].answer.evidence_titles == ("Lantern fair moved",)


def test_no_page_that_is_passed_on_has_a_word_of_it(house: House, tmp_path: Path) -> None:
    live(house)
    material = gather(
        house.published().values(), read_from="here", times=times_of([HIDDEN, a_document()], read_from="x")
    )
    files.write(tmp_path, count(material))
    measured = list(freshness.journeys(house.broker.records(topology.INDEXED.name)))
    results = list(house.published().values())
    offered = [shown for voter in "abcdefgh" if (shown := offer(results, voter, {}, recent=99))]

    assert [told(file.read_text()) for file in tmp_path.iterdir()] == [[]] * len(files.NAMES)
    assert "(documents with labels)" in freshness.by_source(measured)
    assert told(repr((measured, standings(results, ["base", "base+rag"])))) == []
    assert "shown" not in {shown.question_id for shown in offered}
    with pytest.raises(ValueError, match="asked with labels"):
        choice_on(house.published()["shown"], "ann", {})


def test_who_shows_no_label_is_told_nothing_by_an_explanation_or_a_hint(house: House) -> None:
    house.broker.publish(topology.DOCUMENTS, a_document(), HIDDEN, REPRINT)
    house.run()
    encoder = hashing.build(ENCODER)
    retrieve, view = retriever(
        house.retrieval,
        encode=encoder.encode,
        encoder=encoder.name,
        chunks=house.chunks,
        announcements=MemoryTail(house.broker, topology.INDEXED.name),
    )
    view.catch_up()
    question = a_question(text="What does the board buy at the pier?", filters=Filters(languages=("xx",)))
    wanted = Filters(sources=("Desk",), tags=("minute",))

    for asked in (question, a_question(text=question.text)):
        explanation = explained(retrieve, asked, now=house.clock(), others=50).model_dump_json()
        assert told(explanation) == []
        assert "minutes-1" not in explanation
    assert told(" ".join(filter_hints.hints(wanted, announcements(house)))) == []


def test_the_audit_accounts_for_it_without_a_word(house: House) -> None:
    live(house)
    audited = accounting.audit(MemoryAuditSource(house))

    assert audited.balanced, audited.unaccounted
    assert told(repr(audited)) == []


def test_what_was_said_before_a_question_with_labels_is_in_no_withheld_result(house: House) -> None:
    live(house)
    result = house.results.get("shown")
    assert result is not None
    history = (Turn(role="asker", text="Who?"), Turn(role="assistant", text="zephrandel"))
    asked = result.question.model_copy(update={"kind": "conversation", "history": history})
    [shown] = published(result.model_copy(update={"question": asked}), withhold=True)
    for_all = asked.model_copy(update={"labels": ()})
    [open_to_all] = published(result.model_copy(update={"question": for_all, "answers": {}}), withhold=True)

    assert shown.question.history == ()
    assert open_to_all.question.history == history


def test_a_result_from_an_older_worker_counts_every_passage_as_one_with_the_labels_that_were_shown(
    house: House,
) -> None:
    live(house)
    result = house.results.get("shown")
    assert result is not None
    arm = result.answers["base+rag"]
    old = arm.model_copy(update={"answer": arm.answer.model_copy(update={"evidence_labels": ()})})
    [shown] = published(result.model_copy(update={"answers": {"base+rag": old}}), withhold=False)

    assert shown.labels == ("board",)
    assert set(shown.answers["base+rag"].answer.evidence_titles) == {""}
    assert Result.model_validate_json(shown.model_dump_json()) == shown
