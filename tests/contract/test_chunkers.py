"""Every chunker, over text that no English is: chunks stay small in characters, nothing is lost, time is linear."""

import time

import pytest

from services.ingest.settings import IngestSettings
from shared import plugins
from shared.settings import EncoderSettings
from tests.cases import every_case

FOLDER = "services.ingest.chunkers"
ENGLISH = "The lock at Pellmere is shut until Monday, the harbour office said. " * 200
TEXTS = {
    "English": ENGLISH,
    "Chinese": "水門は月曜日まで閉鎖される。船は別の航路を使う。" * 1_000,
    "Thai": "ประตูน้ำจะปิดซ่อมแซมจนถึงวันจันทร์" * 300,
    "letters without a space": "abcdefghij" * 8_000,
    "an address": "https://news.example/" + "a" * 5_000,
    "emoji": "\N{FIRE ENGINE}" * 5_000,
    "words without a mark": "the lock is shut " * 50_000,
    "blanks": "a" + " " * 50_000 + "b",
    "characters that nobody sees": "a" + "\N{ZERO WIDTH SPACE}" * 50_000 + "b",
}
MOST_CHARACTERS, WITHIN_S = 4_500, 5.0


@pytest.fixture(params=plugins.names(FOLDER))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_chunks_are_small_in_characters_and_hold_every_letter(name: str) -> None:
    chunk = plugins.load(FOLDER, name)(IngestSettings(), EncoderSettings())

    with every_case() as case:
        for what, text in TEXTS.items():
            with case(what):
                began = time.process_time()
                parts = chunk("Lock shut", "03 March 2025", text)
                assert time.process_time() - began < WITHIN_S
                assert max(map(len, parts)) <= MOST_CHARACTERS
                bodies = "".join(part.partition("\n")[2] for part in parts)
                assert "".join(bodies.split()) == "".join(text.split())


def test_a_title_of_any_length_leaves_room_for_the_text(name: str) -> None:
    chunk = plugins.load(FOLDER, name)(IngestSettings(), EncoderSettings())

    for title in ("T " * 5_000, "T" * 2_000, "น" * 2_000, ""):
        parts = chunk(title, "03 March 2025", ENGLISH)
        assert len(parts) < 200
        assert all("harbour" in part for part in parts[:-1])


def test_what_the_encoder_cannot_read_counts_by_its_characters() -> None:
    chunk = plugins.load(FOLDER, "tokens")(IngestSettings(), EncoderSettings())

    assert chunk.count("The lock is shut.") == 5
    assert chunk.count("ป" * 70) == 70
    assert chunk.count("abcdefghij" * 30) < 300, "a long word is read in parts"
    assert all(chunk.count(part) <= 190 for text in TEXTS.values() for part in chunk("Lock", "2025", text))
