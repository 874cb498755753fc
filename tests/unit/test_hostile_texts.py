"""No text, of whatever kind, holds up what reads it: time grows with the length and no faster."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.hostile.text_attack import ALL, Reading, read
from tests.hostile.text_readers import Read, of_answers, of_documents, of_measures

LENGTH, MOST_S = 4_000, 1.5
"""What is quadratic takes longer for so many characters; everything else takes some milliseconds."""


@pytest.mark.parametrize(
    ("of", "kinds"),
    [(of_answers, list(ALL)), (of_documents, list(ALL)), (of_measures, list(ALL)[::8])],
    ids=["answers", "documents", "measures"],
)
def test_a_text_of_any_kind_is_read_in_time(
    of: Callable[[], Iterator[tuple[str, Read, int]]], kinds: Sequence[str]
) -> None:
    made = {(name, kind): fastest(reader, kind) for name, reader, _ in of() for kind in kinds}

    assert {place: reading for place, reading in made.items() if reading.wrong or reading.cpu_s > MOST_S} == {}


def fastest(reader: Read, kind: str) -> Reading:
    """Of three readings where the first is slow: on a busy machine one of them costs half as much again."""
    made = read(reader, kind, LENGTH)
    again = [] if made.wrong or made.cpu_s <= MOST_S else [read(reader, kind, LENGTH) for _ in range(2)]
    return min(made, *again, key=lambda reading: reading.cpu_s) if again else made
