"""Inputs that went wrong for somebody, each with its right outcome."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from services.console import misread
from services.generator import chat_format, models
from services.generator.adapter_files import WEIGHTS
from services.generator.backends import transformers
from services.generator.evidence import passage
from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from services.ingest.chunkers import tokens
from services.ingest.cleaners.html import clean
from services.ingest.feed_dates import PlausibleTimes, moment_of
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder, jsonl, rss
from services.ingest.ports import FeedSource
from services.ingest.settings import IngestSettings
from services.retriever.indexes import bm25
from services.retriever.settings import RetrieverSettings
from shared import lines, normalise
from shared.messages import DocumentPublished, Question
from shared.models import chat_template
from shared.models.language import weights_sha256
from shared.scope import Scope
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.stored import Passage
from tests import adapters, tiny_model
from tests.builders import NOON, a_question, an_answer
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


def test_words_are_found_however_they_are_written() -> None:
    texts = re.split(r"(?<!-)\n", (case("e1") / "words.txt").read_text().strip())
    index = bm25.build(RetrieverSettings(), None)
    for name, text in enumerate(texts):
        index.replace(str(name), [Passage(str(name), 0, 1, "", "wire", (), "en", (), 1.0, NOON, NOON, text)])
    index.commit({})

    for name, text in enumerate(texts):
        [first, *_] = text.replace("-\n", "").split()
        asked = "".join(filter(str.isalnum, first))  # letters and digits alone, without points and marks
        assert [hit.document_id for hit in index.search(asked, limit=1, scope=Scope())] == [str(name)]


def test_other_words_are_wrong_in_every_script() -> None:
    measures = catalogue.load(["correct", "contains"], EncoderSettings(variant="hashing"))
    rows = [json.loads(line) for line in (case("d1") / "predictions.jsonl").read_text().splitlines()]

    for row in rows:
        question, answer = a_question(references=tuple(row["references"])), an_answer(text=row["prediction"])
        assert [measure.score(question, answer) for measure in measures.values()] == [0.0, 0.0]
    assert normalise.words("हिन्दी") == "हिन्दी"


def test_a_number_behind_the_answer_is_is_held_against_the_texts_of_the_choices() -> None:
    choice = catalogue.load(["choice"], EncoderSettings(variant="hashing"))["choice"]
    cases = json.loads((case("d2") / "cases.json").read_text())

    for said, reference, expected in cases["tries"]:
        question = a_question(choices=tuple(cases["choices"]), references=(reference,))
        assert choice.score(question, an_answer(text=said)) == expected


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
