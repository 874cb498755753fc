"""Inputs that went wrong for somebody, each with its right outcome."""

from pathlib import Path

import pytest

from services.generator import chat_format, models
from services.generator.evidence import passage
from services.generator.ports import Chat
from services.ingest.chunkers import tokens
from services.ingest.cleaners.html import clean
from services.ingest.feed_dates import PlausibleTimes, moment_of
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import rss
from services.ingest.ports import FeedSource
from services.ingest.settings import IngestSettings
from shared import lines
from shared.messages import DocumentPublished, Question
from shared.models import chat_template
from shared.settings import EncoderSettings
from tests import tiny_model
from tests.field import case
from tests.tokenizers import byte_level
from tests.unit.feed_parts import Answer, Reader, a_site


def passes(feed: bytes) -> list[list[DocumentPublished]]:
    """What two passes over an unchanged feed publish."""
    with a_site() as site:
        site.answers["/feed"] = Answer(feed)
        reader = Reader()
        read = rss.build(FeedSource(f"{site.address}/feed"), FeedSettings(allow_private_hosts=True))
        return [reader.read(read), reader.read(read)]


def test_short_descriptions_are_read_whole() -> None:
    fragments = (case("a1") / "fragments.txt").read_text().splitlines()
    documents, again = passes((case("a1") / "feed.xml").read_bytes())

    for fragment in [*fragments, *(document.text for document in documents)]:
        assert clean(fragment).startswith(("The lock", "Council spends < 5 % on roads"))
        assert "</" not in clean(fragment)
    assert (len(documents), again) == (4, [])


def test_one_bad_date_costs_one_date() -> None:
    documents, again = passes((case("a3") / "feed.xml").read_bytes())

    assert (len(documents), again) == (40, [])
    assert [document.title for document in documents if document.published_at is None] == ["T5"]


@pytest.mark.parametrize("file", ["guid.xml", "link.xml"])
def test_entries_with_one_name_are_three_documents_once(file: str) -> None:
    documents, again = passes((case("a4") / file).read_bytes())

    assert (len({document.document_id for document in documents}), again) == (3, [])


def test_dates_are_right_or_none() -> None:
    moments = [moment_of(line) for line in (case("a5") / "dates.txt").read_text().splitlines()]

    plausible = [moment.isoformat()[:19] if moment and moment in PlausibleTimes() else None for moment in moments]
    assert plausible == [
        "2016-06-29T15:07:41", "2024-03-05T14:30:00", "2024-03-05T14:30:00", "2016-05-24T12:17:57",
        "2024-03-05T04:30:00", "2024-03-05T12:30:00", None, None,
    ]  # fmt: skip


def test_a_time_before_the_first_year_is_one_bad_line() -> None:
    documents = list(lines.read(str(case("c1") / "documents.jsonl"), DocumentPublished))
    questions = list(lines.read(str(case("c1") / "questions.jsonl"), Question))

    assert [line.message is not None for line in documents] == [False, False, True]
    assert [line.message for line in questions] == [None, None]


def test_a_text_without_spaces_is_cut_into_chunks_that_a_prompt_has_room_for() -> None:
    text = (case("b1") / "thai.txt").read_text()
    chunk = tokens.build(IngestSettings(), EncoderSettings())

    assert 20 <= len(chunk("", "2025", text)) <= 40
    assert len(passage(text, "When is it shut?", 150)) <= 1_500


def test_instructions_stand_in_the_prompt_of_a_template_that_drops_the_system_turn() -> None:
    tokenizer = byte_level()
    tokenizer.chat_template = (case("f3") / "drops.jinja").read_text()

    chat_template.require(tokenizer, "m")

    prompt = chat_format.render(tokenizer, Chat("Answer briefly.", "What is shut?"))
    assert prompt == "<|im_start|>Answer briefly.\n\nWhat is shut?"


def test_a_model_without_a_template_is_refused_when_it_is_made_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case("f3")
    folder = tiny_model.save(tmp_path)
    (folder / "chat_template.jinja").unlink()
    monkeypatch.setenv("TILTYARD_GENERATOR_MODEL", str(folder))

    assert models.main() == 78
    assert "has no chat template" in capsys.readouterr().err
