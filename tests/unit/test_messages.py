"""Messages that strangers publish: what they may ask for, and what they are told."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.messages import Chunk, DocumentPublished, Filters, Message, TrainingRun
from shared.records import InvalidMessageError, parsed
from tests.adapters import gate
from tests.builders import a_chunked_document, a_question, an_answer, evidence, verdicts


def test_a_question_may_combine_filters_as_far_as_they_can_be_searched() -> None:
    ten = tuple(str(number) for number in range(10))

    assert a_question(filters=Filters(sources=ten, tags=ten)).filters.tags == ten


def test_a_question_with_more_combinations_than_can_be_searched_is_refused_with_their_number() -> None:
    many = tuple(str(number) for number in range(10))

    with pytest.raises(
        ValidationError, match="filters: 200 combinations of source, tag, language and label; at most 100"
    ):
        a_question(filters=Filters(sources=many, tags=many), labels=("desk",))


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_has_no_word_for_is_refused_before_it_is_written(loss: float) -> None:
    with pytest.raises(ValidationError, match=r"final_loss\n.*finite number"):
        TrainingRun(seconds=1, tokens=1, steps=1, final_loss=loss)
    with pytest.raises(ValidationError, match="ci95"):
        gate(value=1.0, ci95=(0.0, loss))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(
    ("message", "field"), [(evidence(), "retrieval_ms"), (an_answer(), "support"), (verdicts(), "judged_ms")]
)
def test_a_number_that_json_cannot_say_is_refused(message: Message, field: str, number: str) -> None:
    fields = {name: value for name, value in message.model_dump(mode="json").items() if name != field}
    value = f'{{"{field}": {number}, {json.dumps(fields)[1:]}'

    with pytest.raises(InvalidMessageError, match=f"{field}: Input should be a finite number"):
        parsed(type(message), value)


@pytest.mark.parametrize(
    "changes",
    [
        {"document_id": ""}, {"document_id": "d" * 513}, {"revision": 2**31}, {"title": "t" * 2_001},
        {"source": "s" * 513},
        {"tags": ("t" * 513,)}, {"labels": ("l",) * 101}, {"language": "l" * 513},
        {"chunks": (Chunk(position=0, text="a"), Chunk(position=0, text="b"))},
    ],
)  # fmt: skip
def test_a_revision_that_the_store_could_not_hold_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_chunked_document(**changes)


@pytest.mark.parametrize("said", ["20250304", 20250304, "2025-03-04"])
def test_a_day_without_hyphens_is_that_day_and_no_number_of_seconds(said: str | int) -> None:
    written = json.dumps({"document_id": "d", "text": "t", "published_at": said})

    assert parsed(DocumentPublished, written).published_at == datetime(2025, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("said", ["2025", "202503", "20251340"])
def test_a_time_that_names_no_day_is_refused(said: str) -> None:
    with pytest.raises(InvalidMessageError, match="published_at"):
        parsed(DocumentPublished, json.dumps({"document_id": "d", "text": "t", "published_at": said}))
