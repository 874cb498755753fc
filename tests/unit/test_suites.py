"""Suites: folders are checked with file and line, foreign files become suites, and a run stands apart from the news."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.console.app import build
from shared.lab.suites import card, checking, folder, importing, placing
from shared.lab.suites.card import Card, Kind
from shared.lab.suites.folder import Suite
from shared.messages import Filters
from shared.scope import Scope
from tests.builders import NOON, a_chunked_document, a_document, a_question

SHIPPED = Path("services/console/newswire/suites")
REAL = Path(os.environ.get("TILTYARD_REAL_DATA", "../shared/data"))
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data in {REAL}: set TILTYARD_REAL_DATA")


def a_card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "name": "fair", "version": "1", "kind": "question answering", "licence": "CC0", "source": "ours",
        "measures": "a little", "not_for": "much", "slices": {"learned": "what was learned"},
    }  # fmt: skip
    return Card(**values | changes)


def a_suite(**changes: Any) -> Suite:
    asked = a_question(gold_document_ids=("story-1",))
    values: dict[str, Any] = {"card": a_card(), "documents": [a_document()], "questions": [asked]}
    return Suite(**values | changes)


def written(place: Path, suite: Suite) -> Path:
    folder.write(place, suite)
    return place


def wrong(place: Path) -> list[str]:
    return [error.replace(f"{place}/", "") for error in checking.errors(folder.read(place))]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHIPPED.glob("*/suite.toml")))
def test_the_sample_newswire_carries_suites_that_are_right(name: str) -> None:
    suite = checking.load(SHIPPED / name)

    assert suite.card.name == f"newswire-{name}"
    assert len(suite.standing) == 92
    assert checking.errors(folder.read(SHIPPED / name)) == []


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    suite = a_suite(card=a_card(measures='quotes " and \\ and\nlines', slices={"learned": "a", "of two words": "b"}))
    questions = [*suite.questions, a_question(question_id="q-2", slice="of two words", deadline_s=5)]
    suite = Suite(suite.card, suite.documents, questions)

    assert checking.load(written(tmp_path, suite)) == suite


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"documents": [a_document(text=" ")]}, "documents.jsonl, line 1: text: a document needs words"),
        ({"documents": [a_document(op="retract")]}, "line 1: gold_document_ids: 'story-1' is retracted in the end"),
        ({"documents": []}, "questions.jsonl, line 1: gold_document_ids: there is no document 'story-1'"),
        ({"questions": [a_question(), a_question()]}, "questions.jsonl, line 2: question_id 'q-1' stands in line 1"),
        ({"questions": [a_question(references=None)]}, "questions.jsonl, line 1: references: absent"),
        ({"questions": [a_question(references=("a", " "))]}, "questions.jsonl, line 1: references: an accepted answer"),
        ({"questions": [a_question(slice="other")]}, "line 1: slice: 'other' is not described under [slices]"),
        ({"questions": []}, "questions.jsonl: no question stands here"),
        ({"questions": [a_question(labels=tuple("abcdefghijklmnop"))]}, "line 1: labels: 16, at most 15 in a suite"),
        ({"card": a_card(slices={"learned": "a", "new": "b"})}, "suite.toml: slices: no question is of slice 'new'"),
        ({"card": a_card(kind="multiple choice")}, "questions.jsonl, line 1: choices: at least two are needed"),
        ({"card": a_card(kind="abstention")}, "questions.jsonl: an abstention suite needs questions with"),
    ],
)  # fmt: skip
def test_every_error_names_its_file_and_line(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert any(error.startswith(said) or said in error for error in wrong(written(tmp_path, a_suite(**changes))))


def test_an_id_twice_in_a_file_is_an_error_and_revisions_are_written_to_files_of_their_own(tmp_path: Path) -> None:
    revised = [a_document(text="First."), a_document(text="Second."), a_document(document_id="other")]
    written(tmp_path, a_suite(documents=revised))

    assert [document.text for document in checking.load(tmp_path).documents[:2]] == ["First.", "Second."]
    files = sorted(tmp_path.glob("*.documents.jsonl"))
    files[0].write_text("".join(file.read_text() for file in files))
    assert "edition001.documents.jsonl, line 2: document_id 'story-1' stands in line 1 already" in wrong(tmp_path)[0]
    written(tmp_path, a_suite())
    assert [file.name for file in tmp_path.glob("*documents.jsonl")] == ["documents.jsonl"]


def test_a_gold_document_from_after_the_question_is_an_error(tmp_path: Path) -> None:
    asked = a_question(gold_document_ids=("story-1",), as_of=NOON.replace(hour=11))

    assert wrong(written(tmp_path, a_suite(questions=[asked]))) == [
        "questions.jsonl, line 1: as_of: 'story-1', a gold document, was first seen later"
    ]


@pytest.mark.parametrize(
    ("choices", "said"),
    [(("the old harbour", "the fields"), ""), (("a", "b"), "none of them is among"), (("the old harbour",) * 2, "two")],
)
def test_the_right_choice_must_be_among_the_choices(tmp_path: Path, choices: tuple[str, ...], said: str) -> None:
    suite = a_suite(card=a_card(kind=Kind.multiple_choice), questions=[a_question(choices=choices)])
    errors = wrong(written(tmp_path, suite))

    assert said in "".join(errors)
    assert bool(errors) == bool(said)


def test_errors_of_the_card_name_its_lines(tmp_path: Path) -> None:
    written(tmp_path, a_suite())
    file = tmp_path / card.FILE
    text = file.read_text().replace('kind = "question answering"', 'kind = "riddles"').replace('licence = "CC0"\n', "")
    file.write_text(text)

    errors = wrong(tmp_path)

    assert any(error.startswith("suite.toml, line 3: kind: Input should be") for error in errors)
    assert "suite.toml: licence: Field required" in errors
    file.write_text("name = \n")
    assert "at line 1" in wrong(tmp_path)[0]


def test_a_bad_line_is_an_error_and_the_other_lines_are_read(tmp_path: Path) -> None:
    written(tmp_path, a_suite())
    with (tmp_path / folder.QUESTIONS).open("a") as out:
        out.write('{"question_id": "q", "txt": "?"}\n{}\n')

    assert [error.partition(": ")[0] for error in wrong(tmp_path)] == [f"questions.jsonl, line {n}" for n in (2, 3)]


def test_a_suite_may_name_the_documents_of_another_folder(tmp_path: Path) -> None:
    (tmp_path / "wire").mkdir()
    for number in (1, 2):
        line = a_document(text=f"State {number}.").model_dump_json(exclude_defaults=True)
        (tmp_path / "wire" / f"edition{number}.documents.jsonl").write_text(line + "\n")
    written(tmp_path / "suite", a_suite(card=a_card(documents="../wire"), documents=[]))

    suite = checking.load(tmp_path / "suite")

    assert [document.text for document in suite.documents] == ["State 1.", "State 2."], (
        "a revision may stand in another file"
    )
    assert suite.standing["story-1"].text == "State 2."


def test_two_runs_of_a_suite_share_documents_but_no_question() -> None:
    suite = a_suite()
    name = placing.corpus(suite)
    (first,), (second,) = (placing.questions(suite.questions, name, run, deadline_s=9) for run in ("one", "two"))
    (document,) = placing.documents(suite, name)

    assert document.document_id == "suite:fair@1:story-1"
    assert first.gold_document_ids == second.gold_document_ids == (document.document_id,)
    assert (first.question_id, second.question_id) == ("suite:fair@1#one:q-1", "suite:fair@1#two:q-1")
    assert (first.deadline_s, first.slice) == (9, "suite:fair@1"), "live standings keep a suite apart"


def test_a_deadline_of_the_question_itself_stays() -> None:
    (put,) = placing.questions([a_question(deadline_s=300)], "c", "r", deadline_s=9)

    assert put.deadline_s == 300


@pytest.mark.parametrize("filters", [Filters(), Filters(tags=("culture",)), Filters(sources=("Harrow Vale Wire",))])
def test_a_suite_and_the_news_do_not_see_each_other(filters: Filters) -> None:
    suite = a_suite(questions=[a_question(filters=filters)])
    name = placing.corpus(suite)
    (put,) = placing.questions(suite.questions, name, "r", deadline_s=9)
    (document,) = placing.documents(suite, name)
    inside = a_chunked_document(tags=document.tags, labels=document.labels)
    other = placing.documents(suite, placing.corpus(suite, "noisy"))[0]
    varied = a_chunked_document(tags=other.tags, labels=other.labels)

    assert Scope.of(put).admits(inside)
    assert not Scope.of(put).admits(a_chunked_document()), "no news for the suite"
    assert not Scope.of(put).admits(varied), "no other variation of the suite"
    assert not Scope.of(a_question(filters=filters)).admits(inside), "nothing of the suite for readers of news"
    assert "suite:fair" in document.tags


def test_labels_of_a_suite_keep_their_meaning() -> None:
    suite = a_suite(documents=[a_document(labels=("staff",))])
    name = placing.corpus(suite)
    (document,) = placing.documents(suite, name)
    chunk = a_chunked_document(tags=document.tags, labels=document.labels)
    asked = [a_question(), a_question(question_id="q-2", labels=("staff",))]
    outsider, member = placing.questions(asked, name, "r", deadline_s=9)

    assert not Scope.of(outsider).admits(chunk)
    assert Scope.of(member).admits(chunk)


def test_documents_that_are_published_already_are_asked_for_under_their_own_ids() -> None:
    suite = a_suite()
    (put,) = placing.as_published(suite.questions, suite, "r", deadline_s=9)

    assert put.gold_document_ids == ("story-1",)
    assert put.filters == Filters()
    assert put.question_id == "suite:fair@1#r:q-1"


def test_squad_with_impossible_questions_becomes_a_suite(tmp_path: Path) -> None:
    qas = [
        {"id": "a", "question": "What?", "answers": [{"text": "x"}, {"text": "x"}, {"text": "y"}]},
        {"id": "b", "question": "Why?", "answers": [], "is_impossible": True},
    ]
    data = [{"title": "A_town", "paragraphs": [{"context": "It is x or y.", "qas": qas}]}]
    file = tmp_path / "dev.json"
    file.write_text(json.dumps({"data": data}))

    suite = importing.imported("squad", [file], name="dev", version="2", licence="CC BY-SA 4.0", source="a town")

    assert importing.write(tmp_path / "out", suite) == []
    assert [(question.references, question.gold_document_ids) for question in suite.questions] == [
        (("x", "y"), ("0-0",)),
        ((), ()),
    ]
    assert suite.card.slices.keys() == {"extractive", "unanswerable"}


def test_mmlu_files_become_slices_by_subject(tmp_path: Path) -> None:
    (tmp_path / "sea_lore_test.csv").write_text('"Who, then?",a,b,c,d,C\n"Two\nlines?",1,2,3,4,a\n')
    (tmp_path / "bells_dev.csv").write_text("question,A,B,C,D,answer\nWhy?,w,x,y,z,D\n")
    files = [tmp_path / "sea_lore_test.csv", tmp_path / "bells_dev.csv"]

    suite = importing.imported("multiple_choice", files, name="m", version="1", licence="MIT", source="x")

    assert importing.write(tmp_path / "out", suite) == []
    assert [(question.slice, question.references) for question in suite.questions] == [
        ("sea_lore", ("c",)), ("sea_lore", ("1",)), ("bells", ("z",)),
    ]  # fmt: skip
    assert suite.questions[0].choices == ("a", "b", "c", "d")
    assert not (tmp_path / "out" / folder.DOCUMENTS).exists()


@pytest.mark.parametrize(
    ("row", "said"), [("What?,a,b,c,d,E", "none of the letters"), ("What?,a,b,C", "4 columns instead of six")]
)
def test_a_bad_row_of_mmlu_is_named(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "x.csv").write_text(f"Fine?,a,b,c,d,A\n{row}\n")

    with pytest.raises(ValueError, match=f"line 2: .*{said}"):
        importing.imported("multiple_choice", [tmp_path / "x.csv"], name="m", version="1", licence="MIT", source="x")


@real
@pytest.mark.parametrize(
    ("format_name", "files", "questions", "abstaining"),
    [
        ("squad", ["xquad.en.json"], 1190, 0),
        ("multihop", ["mhr500.documents.jsonl", "mhr500.questions.jsonl"], 500, 71),
        ("realtime_qa", ["rtqa_2022_gold_a.documents.jsonl.gz", "rtqa_2022_gold_a.questions.jsonl.gz"], 399, 0),
    ],
)
def test_real_collections_become_suites_without_an_error(
    tmp_path: Path, format_name: str, files: list[str], questions: int, abstaining: int
) -> None:
    suite = importing.imported(
        format_name, [REAL / file for file in files], name="real", version="1", licence="internal", source="real data"
    )

    assert importing.write(tmp_path, suite) == []
    assert (len(suite.questions), sum(question.references == () for question in suite.questions)) == (
        questions,
        abstaining,
    )
    assert checking.load(tmp_path).questions == suite.questions


@pytest.fixture
def tiltyard() -> Callable[..., Any]:
    return lambda *arguments: CliRunner().invoke(build(), list(arguments))


def test_importing_and_checking_from_the_command_line(tmp_path: Path, tiltyard: Callable[..., Any]) -> None:
    file = tmp_path / "x.csv"
    file.write_text("Fine?,a,b,c,d,A\nTwice?,a,a,c,d,A\n")
    options = ["--licence", "MIT", "--out", str(tmp_path / "out")]

    made = tiltyard("suite", "import", "multiple_choice", str(file), *options)
    checked = tiltyard("suite", "check", str(tmp_path / "out"))

    assert (made.exit_code, checked.exit_code) == (65, 65), made.output
    assert "questions.jsonl, line 2: choices: the right one stands there twice" in checked.output
    file.write_text("Fine?,a,b,c,d,A\n")
    assert tiltyard("suite", "import", "multiple_choice", str(file), *options).exit_code == 0
    checked = tiltyard("suite", "check", str(tmp_path / "out"))
    assert (checked.exit_code, "out 1, multiple choice: 1 questions" in checked.output) == (0, True)
