"""The suite over many editions says of every question what was true when."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from shared.lab.suites import checking, folder
from shared.lab.wires.drift import SLICES, Drift
from shared.lab.wires.drift_folder import write
from shared.lab.wires.knobs import Knobs
from shared.lab.wires.timeline import Validity
from shared.messages import Question
from tests.wires import contains

KNOBS = Knobs(
    seed=3, documents=30, new=12, corrections=3, retractions=2, reprints=1, updates=5, editions=6, questions=400
)


@cache
def suite() -> Drift:
    return Drift(KNOBS)


@cache
def questions() -> list[Question]:
    return suite().questions()


def asked(name: str) -> list[Question]:
    return [question for question in questions() if question.slice == name]


def validities() -> list[list[Validity]]:
    timeline = suite().timeline
    return [timeline.validities(event.story, fact) for event in timeline.of_change("new") for fact in event.story.said]


def test_a_written_suite_has_no_errors(tmp_path: Path) -> None:
    assert write(tmp_path, suite()) == 400
    assert checking.errors(folder.read(tmp_path)) == []
    assert len(list(tmp_path.glob("edition*.documents.jsonl"))) == 6


def test_there_are_questions_of_every_slice() -> None:
    assert {question.slice for question in questions()} == set(SLICES)


def test_an_answer_stands_in_each_of_its_gold_documents() -> None:
    texts = {event.document_id: event.text for event in suite().timeline.events}
    for question in questions():
        for name in question.gold_document_ids:
            assert contains(texts[name], (question.references or ("",))[0]), question.question_id


def test_an_outdated_value_of_an_updated_fact_still_stands_somewhere() -> None:
    everything = "\n".join(event.text for event in suite().timeline.events)
    assert all(contains(everything, question.outdated or "-") for question in asked("updated"))


def test_a_past_value_held_on_the_whole_day_that_is_asked_about() -> None:
    held = {validity.event.document_id: validity for history in validities() for validity in history}
    for question in asked("past"):
        validity = held[question.gold_document_ids[0]]
        assert question.as_of is not None
        assert validity.since < question.as_of - timedelta(days=1)


def test_validities_of_a_fact_follow_each_other_without_a_gap() -> None:
    for history in validities():
        assert [later.since for later in history[1:]] == [earlier.until for earlier in history[:-1]]


def test_what_was_not_known_yet_is_asked_with_an_earlier_day() -> None:
    assert all(question.as_of and not question.references for question in asked("not_yet"))


def test_too_many_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="ask for fewer, or for more editions"):
        Drift(KNOBS.model_copy(update={"questions": 9_000})).questions()
