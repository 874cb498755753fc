"""Inputs that went wrong for somebody, each with its right outcome."""

from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from services.generator.adapter_files import WEIGHTS
from services.generator.backends import transformers
from services.generator.evidence import passage
from services.generator.settings import GeneratorSettings
from services.ingest.chunkers import tokens
from services.ingest.cleaners.html import clean
from services.ingest.feed_dates import PlausibleTimes, moment_of
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import rss
from services.ingest.ports import FeedSource
from services.ingest.settings import IngestSettings
from shared import lines
from shared.messages import DocumentPublished, Question
from shared.models.language import weights_sha256
from shared.settings import EncoderSettings
from tests import adapters, tiny_model
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


F1: dict[str, Callable[[str], str]] = {
    "without a prefix": lambda name: name.removeprefix("base_model.model."),
    "with an adapter's name": lambda name: name.replace(".weight", ".default.weight"),
    "with a module in front": lambda name: f"module.{name}",
}


@pytest.mark.parametrize("kind", F1)
def test_an_adapter_that_changes_nothing_is_refused_and_the_one_before_stays(tmp_path: Path, kind: str) -> None:
    assert "refused ('weights fit no module of the base')" in (case("f1") / "expected.md").read_text()
    base = tiny_model.save(tmp_path / "tiny")
    for name in ("good", "renamed"):
        (tmp_path / name).mkdir()
        tiny_model.save_lora(base, tmp_path / name, 0.5)
    weights = tmp_path / "renamed" / WEIGHTS
    save_file({F1[kind](name): tensor for name, tensor in load_file(weights).items()}, weights)
    backend = transformers.build(GeneratorSettings(worker="tuned", model=str(base)), tmp_path)
    good, renamed = (
        adapters.announced(name, folder=tmp_path / name, base_sha256=weights_sha256(base))
        for name in ("good", "renamed")
    )
    backend.take_up(good)

    with pytest.raises(ValueError, match="weights fit no module of the base"):
        backend.take_up(renamed)

    assert backend.adapters == {"tuned": good}
