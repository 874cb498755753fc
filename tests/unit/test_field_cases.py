"""Inputs that went wrong for somebody, each with its right outcome."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.console import misread
from services.generator.evidence import passage
from services.ingest.chunkers import tokens
from services.ingest.cleaners.html import clean
from services.ingest.feed_dates import PlausibleTimes, moment_of
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder, jsonl, rss
from services.ingest.ports import FeedSource
from services.ingest.settings import IngestSettings
from shared import lines
from shared.messages import DocumentPublished, Question
from shared.settings import EncoderSettings
from tests.field import case
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


@pytest.mark.parametrize(("file", "title"), [("fm.md", "Lock shut"), ("code.md", "code"), ("setext.md", "Lock shut")])
def test_the_title_of_a_markdown_file_is_what_it_says(file: str, title: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes((case("b2") / file).read_bytes())
    [document] = Reader().read(folder.build(FeedSource(str(tmp_path)), FeedSettings()))

    assert document.title == title
    assert "tags:" not in document.text
    if file == "fm.md":
        assert document.published_at == datetime(2024, 3, 5, tzinfo=UTC)


def test_a_mark_costs_no_line_and_a_bad_byte_one() -> None:
    bom, bad = case("g1") / "bom.jsonl", case("g1") / "badbyte.jsonl"

    for path, good in ((bom, [True, True, True]), (bad, [True, False, True])):
        misread.refuse_foreign(path)
        assert [line.message is not None for line in lines.read(path, DocumentPublished)] == good
        reader = Reader()
        assert len(reader.read(jsonl.build(FeedSource(str(path)), FeedSettings()))) == sum(good)
        assert len(reader.bad) == 3 - sum(good)
    assert [line.place for line in lines.read(bad, DocumentPublished) if line.error] == [f"{bad}, line 2"]
