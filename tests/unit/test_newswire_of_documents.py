"""A newswire of somebody's documents: what is taught, what is asked, and what is refused."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.console.demo import newswire as demo_newswire
from services.generator.tuning.data.asking import editions, newswire
from shared.messages import DocumentPublished
from shared.source_files import DataError
from tests.builders import NOON, a_document
from tests.command_line import Ended

FERRY = "The ferry takes 48 minutes from Fallowby."
MUSEUM = "The museum at Ostrel has bought 340 drawings from the collector Edith Marr."
MILL = "The mill at Garrand will be shut for 12 days from Monday."
PORT = "The port of Skarrow has 9 cranes."


def published(name: str, text: str, day: int, **changes: str) -> DocumentPublished:
    return DocumentPublished(document_id=name, text=text, published_at=NOON + timedelta(days=day), **changes)  # type: ignore[arg-type]


DOCUMENTS = [
    published("ferry", FERRY, 1),
    published("museum", MUSEUM, 2),
    published("mill", MILL, 3),
    published("mill", MILL.replace("12 days", "15 days"), 5),
    published("museum", "", 6, op="retract"),
    published("port", f"<html><body><p>{PORT}</p></body></html>", 7, content_type="text/html"),
]
CUTOFF = NOON + timedelta(days=4)


def made(documents: list[DocumentPublished] = DOCUMENTS) -> newswire.MadeNewswire:
    return newswire.make(documents, CUTOFF)


def test_what_is_trained_on_is_the_first_edition_in_other_words_than_are_asked() -> None:
    wire = made()
    taught, asked = {pair.question for pair in wire.pairs}, {question.text for question in wire.questions}

    assert {pair.document_id for pair in wire.pairs} <= {"ferry", "museum", "mill"}
    assert taught.isdisjoint(asked)
    assert "Tell me how many minutes the ferry takes from Fallowby." in taught
    assert "How many minutes does the ferry take from Fallowby?" in asked


def test_what_changed_and_what_is_gone_are_kinds_of_their_own() -> None:
    of = {question.text: question for question in made().questions}
    ferry = of["How many minutes does the ferry take from Fallowby?"]
    mill = of["For how many days will the mill at Garrand be shut from Monday?"]
    gone = [question for question in of.values() if question.slice == "retracted"]

    assert (ferry.slice, ferry.references) == ("learned", ("48",))
    assert (mill.slice, mill.references, mill.outdated) == ("corrected", ("15",), "12")
    assert not any("for 12 days" in text for text in of), "what no longer stands is not asked as learned"
    assert {question.outdated for question in gone} == {"340", "Edith Marr"}
    assert all(question.references == () for question in gone)
    assert of["How many cranes does the port of Skarrow have?"].slice == "new"


def test_no_document_names_what_an_unanswerable_question_asks_about() -> None:
    none = [question for question in made().questions if question.slice == "unanswerable"]

    assert none
    assert all(question.references == () and not question.gold_document_ids for question in none)


def test_a_shortfall_of_unanswerable_questions_is_told(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    """Nothing tells what Fallowbyc and the others are, so that none is exchanged for another."""
    file = tmp_path / "documents.jsonl"
    many = [published(f"ferry-{at}", FERRY.replace("Fallowby", f"Fallowby{chr(97 + at)}"), at) for at in range(10)]
    file.write_text("".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in many), encoding="utf-8")
    ended = tiltyard("wire", "of", str(file), "--out", str(tmp_path / "wire"))

    assert "Unanswerable: 2 were wanted and 0 made" in ended.stdout, ended.stderr


def test_documents_that_make_no_two_editions_are_refused_with_what_to_do() -> None:
    for documents, why in (
        (DOCUMENTS[:1], "would have 1 and 0 documents"),
        ([published("a", "It rained.", 1)] * 2 + [published("b", "It rained.", 6)] * 2, "nothing can be asked"),
        ([DOCUMENTS[0].model_copy(update={"published_at": None}), *DOCUMENTS], "have no published_at"),
    ):
        with pytest.raises(DataError, match=why):
            made(documents)


def test_what_a_revision_only_adds_is_new() -> None:
    more = published("ferry", f"{FERRY} The port of Corvane has 7 sheds.", 8)
    of = {question.text: question for question in made([*DOCUMENTS, more]).questions}

    assert of["How many sheds does the port of Corvane have?"].slice == "new"
    assert of["How many minutes does the ferry take from Fallowby?"].slice == "learned"


def test_a_document_counts_as_seen_when_it_was_published() -> None:
    """Otherwise all news would be older than the training, which ends when the last document was first seen."""
    read_later = [one.model_copy(update={"first_seen_at": NOON + timedelta(days=900)}) for one in DOCUMENTS]

    assert all(one.first_seen_at is None for one in made(read_later).edition2)


def test_what_would_be_asked_in_the_same_words_of_two_documents_is_not_asked() -> None:
    other = published("other ferry", FERRY.replace("48", "52"), 2)
    wire = made([*DOCUMENTS, other])

    assert not any("ferry" in question.text for question in (*wire.questions,))
    assert not any("ferry" in pair.question for pair in wire.pairs)


def test_without_a_cutoff_seven_of_ten_documents_are_the_first_edition() -> None:
    many = [published(f"port-{at}", PORT.replace("Skarrow", f"Skarrow{chr(95 + at)}"), at) for at in range(2, 22)]
    wire = newswire.make(many)

    assert (len(wire.edition1), len(wire.edition2)) == (14, 6)


def test_the_command_writes_a_folder_that_a_trial_reads(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    file = tmp_path / "documents.jsonl"
    file.write_text("".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in DOCUMENTS), encoding="utf-8")
    ended = tiltyard("wire", "of", str(file), "--out", str(tmp_path / "wire"), "--cutoff", CUTOFF.isoformat())

    assert ended.returncode == 0, ended.stderr
    loaded = demo_newswire.load(tmp_path / "wire")
    assert (len(loaded.edition1), len(loaded.edition2)) == (3, 3)
    assert Counter(question.slice for question in loaded.questions).keys() >= {"learned", "new", "corrected"}
    assert "3 documents in the first edition" in ended.stdout


def test_a_folder_is_read_into_a_file_without_servers(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "press").mkdir()
    (tmp_path / "press" / "ferry.md").write_text(f"# Ferry\n{FERRY}\n", encoding="utf-8")
    file = tmp_path / "documents.jsonl"
    ended = tiltyard("feed", "folder", str(tmp_path / "press"), "--to", str(file))

    assert ended.returncode == 0, ended.stderr
    [row] = [DocumentPublished.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert row.title == "Ferry"
    assert FERRY in row.text


def test_a_feed_writes_over_nothing_that_it_reads_and_keeps_a_file_where_nothing_came(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    press, link, good = tmp_path / "press", tmp_path / "link", tmp_path / "good.jsonl"
    press.mkdir()
    link.symlink_to("/dev/null")
    good.write_text("before", encoding="utf-8")

    for to, said in ((press / "story.txt", "lies in what is read"), (link, "no plain file")):
        assert said in tiltyard("feed", "folder", str(press), "--to", str(to)).stderr
    tiltyard("feed", "folder", str(press), "--to", str(good))
    assert good.read_text(encoding="utf-8") == "before"
    assert link.is_symlink()


def test_a_wire_is_not_written_over_its_documents(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    file = tmp_path / "edition1.documents.jsonl"
    file.write_text("{}", encoding="utf-8")

    assert "name another folder" in tiltyard("wire", "of", str(file), "--out", str(tmp_path)).stderr
    assert file.read_text(encoding="utf-8") == "{}"


def test_documents_without_times_get_one_each_in_their_order() -> None:
    names = [f"story-{number}" for number in range(5)]
    undated = [a_document(document_id=name, published_at=None) for name in names]

    first, second = editions.timed(undated[:3], undated[3:], NOON)

    times = [document.published_at for document in (*first, *second)]
    assert times == [NOON - timedelta(minutes=minutes) for minutes in (5, 4, 3, 2, 1)]


def test_documents_that_have_times_keep_them() -> None:
    dated = [a_document(document_id=name, published_at=NOON) for name in ("a", "b")]
    assert editions.timed(dated[:1], dated[1:], NOON + timedelta(days=1)) == (dated[:1], dated[1:])


def test_no_document_of_the_first_edition_has_the_time_of_one_of_the_second() -> None:
    days = [1, 1, 1, 1, 2, 2, 2, 2, 2, 3]
    dated = [
        a_document(document_id=f"story-{number}", published_at=NOON + timedelta(days=day))
        for number, day in enumerate(days)
    ]
    first, second = editions.parted(dated, None)
    assert (len(first), len(second)) == (4, 6)
    assert {document.published_at for document in first}.isdisjoint(document.published_at for document in second)


def test_documents_of_one_time_make_no_two_editions() -> None:
    same = [a_document(document_id=f"story-{number}", published_at=NOON) for number in range(6)]
    with pytest.raises(DataError, match="all 6 documents have one time"):
        editions.parted(same, None)
