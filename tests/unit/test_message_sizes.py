"""What is accepted at the door can be carried, stored and read back by every stage behind it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scorer.feedback import first
from services.scorer.handler import score
from services.scorer.join import MOST_JUDGES, MOST_VOTES, Event, Join, apply
from shared.contests.calendar import Calendar
from shared.contests.files import shipped
from shared.kafka.client import MAX_BYTES
from shared.messages import (
    Answer,
    Comparison,
    DocumentPublished,
    EvidenceFound,
    Message,
    Question,
    References,
    Reply,
    Result,
    Verdicts,
    Vote,
)
from shared.messages.answers import MOST_READ, MOST_SAID
from shared.messages.contests import MOST_ARMS
from shared.records import InvalidMessageError, parsed
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.topology import DOCUMENTS, EVIDENCE, QUESTIONS, RESULTS
from tests.builders import NOON, a_vote, an_answer, references, verdicts

METRICS = catalogue.load(["correct"], EncoderSettings(variant="hashing", dimensions=16))
MARGIN = 512 * 1024
"""Bytes of a message that are not the question's."""


def nested(depth: int) -> dict[str, Any]:
    """A JSON schema of so many brackets in each other."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth - 1):
        schema = {"not": schema}
    return schema


def made_of(question: Question) -> dict[str, Any]:
    """Everything that carries a question, by the largest message that its topic takes."""
    evidence = EvidenceFound(question=question, asked_at=NOON, search="hybrid", encoder="e", retrieval_ms=1.0)
    join: Join | None = None
    messages: list[Question | Answer] = [question]
    messages += [an_answer(arm=arm.name, question_id=question.question_id) for arm in shipped().arms]
    for message in messages:
        join = apply(join, Event(message, NOON, partition=0))
    assert join is not None
    result = first(join, NOON + timedelta(hours=1), lambda *of: score(*of, metrics=METRICS), Calendar())
    return {"evidence": (evidence, EVIDENCE), "result": (result, RESULTS), "join": (join, RESULTS)}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(min_size=1, max_size=4_000),
    "choices": st.lists(TEXTS.map(lambda text: text * 50), max_size=100),
    "references": st.none() | st.lists(TEXTS.map(lambda text: text * 200), max_size=1_000),
    "outdated": st.none() | TEXTS,
    "gold_document_ids": st.lists(st.text(min_size=1, max_size=512), max_size=1_000),
    "filters": st.builds(dict, tags=st.lists(TEXTS, max_size=9)),
    "form": st.none() | st.integers(1, 300).map(lambda depth: {"json_schema": nested(depth)}),
}


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_whatever_is_accepted_comes_back_from_every_stage(fields: dict[str, Any]) -> None:
    try:
        question = Question.model_validate({"question_id": "q-1", "text": "Where?", **fields})
    except (ValidationError, RecursionError):
        return
    for message, topic in made_of(question).values():
        written = message.model_dump_json()
        assert type(message).model_validate_json(written) == message
        assert len(written.encode()) < topic.max_bytes - MARGIN


def the_largest_join(arms: int = MOST_ARMS) -> Join:
    """All that a join takes of one question, each part as large as its message may be."""
    question = Question(question_id="q" * 512, text="?", choices=("c" * 2_500,) * 100)
    said, read = "a" * (MOST_SAID - 2_000), ("p" * (MOST_READ - 2_000),)
    answers = [
        an_answer(question_id="q" * 512, arm=arm, text=said, evidence_texts=read) for arm in map(str, range(arms + 9))
    ]
    given = references(question_id="q" * 512, references=("\u0001" * 4_000,) * 10)
    wide = "\U0001f692" * 60
    cast = [
        a_vote(question_id="q" * 512, arm_a="0", arm_b="1", voter=f"{wide}{number}") for number in range(MOST_VOTES + 9)
    ]
    comparison = Comparison(arms=("0", "1"), outcome="a", replies=(Reply(text="r" * 128_000), Reply()))
    told = [verdicts(judge=str(number), question_id="q" * 512) for number in range(MOST_JUDGES + 9)]
    told = [message.model_copy(update={"comparisons": (comparison,)}) for message in told]
    join = apply(None, Event(question, NOON, partition=0))
    messages: list[Answer | References | Vote | Verdicts] = [*answers, given, *cast, *told]
    for place, message in enumerate(messages):
        join = apply(join, Event(message, NOON + timedelta(seconds=1), partition=0, offset=place))
    return join


def test_a_join_and_a_result_of_the_largest_parts_fit_their_topics() -> None:
    join = the_largest_join()
    result = first(join, NOON + timedelta(hours=1), lambda *of: score(*of, metrics=METRICS), Calendar())

    assert [len(join.answers), len(join.votes), len(join.judged)] == [MOST_ARMS, MOST_VOTES, MOST_JUDGES]
    assert len(join.model_dump_json().encode()) < MAX_BYTES - 64 * 1024
    assert len(result.model_dump_json().encode()) < RESULTS.max_bytes - 64 * 1024
    assert Result.model_validate_json(result.model_dump_json()) == result


@pytest.mark.parametrize(
    "message",
    [
        an_answer(), references(references=("r",) * 100), verdicts(),
    ],
)  # fmt: skip
def test_a_message_that_would_not_fit_a_result_is_refused(message: Message) -> None:
    written = message.model_dump(mode="json")
    for field in ("text", "model"):
        if field in written:
            written[field] = "x" * MOST_SAID
    if isinstance(message, Verdicts):
        written["model"] = "x" * 128 * 1024
    if isinstance(message, References):
        written["references"] = ["x" * 4_000] * 100

    with pytest.raises(InvalidMessageError, match="bytes"):
        parsed(type(message), json.dumps(written))


@pytest.mark.parametrize(
    "fields",
    [
        {"references": ["x" * 4_000] * 100},
        {"choices": ["x"] * 101},
        {"gold_document_ids": ["d"] * 1_001},
        {"filters": {"tags": ["x" * 513]}},
        {"outdated": "x" * 4_001},
        {"form": {"json_schema": nested(33)}},
        {"form": {"json_schema": nested(150)}},
    ],
)
def test_a_question_beyond_the_bounds_is_refused_at_the_door(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate_json(json.dumps({"question_id": "q-1", "text": "Where?", **fields}))


def test_the_deepest_schema_is_taken() -> None:
    question = Question.model_validate({"question_id": "q-1", "text": "?!a", "form": {"json_schema": nested(32)}})

    assert QUESTIONS.message.model_validate_json(question.model_dump_json()) == question


@pytest.mark.parametrize("fields", [{"tags": ["x"] * 101}, {"tags": ["x" * 513]}, {"labels": ["x"] * 101}])
def test_a_document_with_too_much_beside_its_text_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DocumentPublished.model_validate({"document_id": "d-1", "text": "x", **fields})


def test_a_document_of_the_largest_fields_fits_its_topic() -> None:
    wide = "\U0001f692"
    document = DocumentPublished(
        document_id=wide * 512, title=wide * 2_000, url=wide * 4_000, source=wide * 512,
        tags=(wide * 512,) * 100, labels=(wide * 512,) * 100, text="x" * 1_000_000,
    )  # fmt: skip

    assert len(document.model_dump_json().encode()) < DOCUMENTS.max_bytes
    assert Result is RESULTS.message
