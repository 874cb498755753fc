"""Messages that strangers publish: what they may ask for, and what they are told."""

import pytest
from pydantic import ValidationError

from shared.messages import Filters
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
