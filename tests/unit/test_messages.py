"""Messages that strangers publish: what they may ask for, and what they are told."""

import pytest
from pydantic import ValidationError

from shared.messages import Filters, TrainingRun
from tests.adapters import gate
from tests.builders import a_question


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
