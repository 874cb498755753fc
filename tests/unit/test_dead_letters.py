"""A burial cannot fail: whatever was sent, its letter fits the dead-letter topic and can be looked at."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import dead_letters
from shared.records import Position, RawRecord
from shared.topology import DOCUMENTS
from tests.builders import NOON

MOST = DOCUMENTS.max_bytes


def buried(
    value: bytes = b"{", headers: dict[str, bytes] | None = None, *, reason: str = "no JSON"
) -> dead_letters.Letter:
    record = RawRecord(Position(DOCUMENTS.name, 1, 7), b"d-1", value, NOON, headers or {})
    return dead_letters.letter(record, reason, "ingest")


def size_of(letter: dead_letters.Letter) -> int:
    headers = sum(len(name) + len(value) for name, value in letter.headers.items())
    return len(letter.key or b"") + len(letter.value or b"") + headers


def test_a_letter_holds_the_record_byte_for_byte_and_says_where_it_stood() -> None:
    letter = buried(b"\xff\x00", {"traceparent": b"00-1"})

    assert (letter.topic, letter.key, letter.value) == (DOCUMENTS.dead, b"d-1", b"\xff\x00")
    assert dead_letters.origin(letter.headers) == Position(DOCUMENTS.name, 1, 7)
    assert dead_letters.without_ours(letter.headers) == {"traceparent": b"00-1"}
    assert not dead_letters.whole(letter.headers)


@pytest.mark.parametrize("value", [b"x" * MOST, b"x" * 200_000_000], ids=["as large as its topic takes", "unpacked"])
def test_what_is_too_large_is_buried_by_its_first_bytes_its_size_and_its_hash(value: bytes) -> None:
    letter = buried(value)

    assert size_of(letter) < MOST
    assert value.startswith(letter.value or b"no")
    assert dead_letters.whole(letter.headers) == f"{len(value)} bytes, SHA-256 {sha256(value).hexdigest()}"


@given(
    reason=st.text(st.characters(exclude_categories=[]), max_size=50).map(lambda text: text * 1_000),
    headers=st.dictionaries(st.text(max_size=20), st.binary(max_size=50).map(lambda value: value * 1_000), max_size=50),
    key=st.none() | st.binary().map(lambda key: key * 100_000),
)
def test_neither_reason_nor_key_nor_headers_make_it_too_large(
    reason: str, headers: dict[str, bytes], key: bytes | None
) -> None:
    record = RawRecord(Position(DOCUMENTS.name, 0, 0), key, b"x" * (MOST - 100_000), NOON, headers)
    letter = dead_letters.letter(record, reason, "ingest")

    assert size_of(letter) < MOST
    assert dead_letters.origin(letter.headers) == record.position
    assert dead_letters.service(letter.headers) == "ingest"


def test_a_sender_cannot_write_our_part_of_a_letter() -> None:
    letter = buried(headers={"dead-offset": b"1", "dead-whole": b"forged"})

    assert dead_letters.origin(letter.headers) == Position(DOCUMENTS.name, 1, 7)
    assert not dead_letters.whole(letter.headers)


@pytest.mark.parametrize("headers", [{}, {"dead-topic": b"t", "dead-partition": "²".encode(), "dead-offset": b"1"}])
def test_a_foreign_record_among_the_letters_has_no_origin_and_no_reason(headers: dict[str, bytes]) -> None:
    assert dead_letters.origin(headers) is None
    assert not dead_letters.reason(headers)


def test_a_reason_holds_nothing_that_a_terminal_obeys() -> None:
    assert dead_letters.reason(buried(reason="a\x1b]0;owned\x07\u202eb\nc").headers) == "a\ufffd]0;owned\ufffd\ufffdb c"
