"""What trips somebody who uses the commands for the first time: each mistake is answered with what to do."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.console import at_work, filter_hints
from services.console.app import build
from services.console.commands import doctor
from services.console.live import asking
from shared import lags
from shared.access import UnreachableError
from shared.kafka import access, progress
from shared.messages import DocumentIndexed, Filters, Question
from tests.builders import NOON, a_chunked_document
from tests.command_line import Ended
from tests.results import a_result, a_scored

PAIR = {"question": "Where is the fair?", "answer": "the harbour", "document_id": "story-1"}
Command = Callable[..., Ended]


def refused(tiltyard: Command, file: Path, *command: str, code: int = 78) -> str:
    ended = tiltyard(*command, str(file))
    assert ended.returncode == code, ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    return ended.stderr


def test_a_pdf_given_as_json_lines_is_named_and_the_command_that_reads_it(tiltyard: Command, tmp_path: Path) -> None:
    pdf, text, binary = tmp_path / "story.pdf", tmp_path / "story.txt", tmp_path / "story.jsonl"
    pdf.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    text.write_text("The fair moves to the harbour.")
    binary.write_bytes(b"\x1f\x8b\x08\x00\x00")

    for command in (("publish",), ("feed", "jsonl")):
        assert "story.pdf is a PDF and not JSON lines: `tiltyard feed folder FOLDER`" in refused(
            tiltyard, pdf, *command, code=65
        )
    assert "is a document and not JSON lines: `tiltyard feed folder FOLDER`" in refused(
        tiltyard, text, "publish", code=65
    )
    assert "is a binary file and not JSON lines" in refused(tiltyard, binary, "publish", code=65)


def test_pairs_given_as_documents_are_recognised_before_anything_goes_out(tiltyard: Command, tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(f"{json.dumps(PAIR)}\n" * 27)

    said = refused(tiltyard, file, "publish")

    assert "holds pairs and not documents, as its first line shows: add `--kind pairs`. Nothing was published." in said
    assert "holds pairs and not questions" in refused(tiltyard, file, "publish", "--kind", "questions")


def test_lines_of_the_right_kind_and_lines_of_no_kind_are_not_taken_for_another(
    tiltyard: Command, tmp_path: Path
) -> None:
    for line in (json.dumps(PAIR), "not JSON", ""):
        file = tmp_path / "pairs.jsonl"
        file.write_text(f"{line}\n")

        assert "no Kafka broker answers" in refused(tiltyard, file, "publish", "--kind", "pairs", code=69)


def test_lines_from_a_pipe_of_which_none_fits_are_answered_with_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "require", lambda *_: None)

    ended = CliRunner().invoke(build(), ["publish", "-"], input=f"{json.dumps(PAIR)}\n" * 2)

    assert ended.exit_code == 65
    assert ended.output.count("Extra inputs are not permitted") == 4
    assert "No line holds documents. Where the lines hold something else, --kind says what: documents," in ended.output


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str, answered: bool = True) -> tuple[Result, list[Any]]:
    """`tiltyard ask` with results at once: what it says, and the questions with the seconds that it would wait."""
    put: list[Any] = []

    def hear(_: object, questions: Sequence[Question], *, within_s: float) -> dict[str, Any]:
        put.append((questions[0], within_s))
        return (
            {questions[0].question_id: a_result(a_scored("base+rag"), filters=questions[0].filters)} if answered else {}
        )

    monkeypatch.setattr(asking, "ask", hear)
    monkeypatch.setattr(progress, "at_work", lambda *_: {"ingest", "embedder", "retriever", "generator-base"})
    return CliRunner().invoke(build(), ["ask", "Where?", *arguments]), put


def test_ask_waits_as_long_as_it_is_told_and_its_arms_a_little_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    for timeout, deadline in ((10.0, 8.0), (60.0, 58.0), (2.0, 1.5)):
        _, [(question, within_s)] = asked(monkeypatch, "--timeout", str(timeout))

        assert within_s == timeout
        assert question.deadline_s == deadline


def test_ask_without_a_result_names_what_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, _ = asked(monkeypatch, "--timeout", "3", answered=False)

    assert ended.exit_code == 69
    assert "no result within 3 s: these services do not run: scorer; start them with" in ended.output


def test_ask_can_say_that_abstaining_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    references = [
        asked(monkeypatch, *options)[1][0][0].references
        for options in ((), ("--unanswerable",), ("--reference", "the harbour"))
    ]
    assert references == [None, (), ("the harbour",)]

    for options, hint in (
        (("--reference", ""), "say --unanswerable where to abstain is right"),
        (("--reference", "a", "--unanswerable"), "leave one"),
    ):
        ended, put = asked(monkeypatch, *options)
        assert isinstance(ended.exception, ValueError)
        assert hint in str(ended.exception)
        assert put == []


def documents() -> list[DocumentIndexed]:
    made = [
        a_chunked_document(document_id="a", source="Harrow Vale Wire", tags=("culture",)),
        a_chunked_document(document_id="b", source="Sarn Gazette", tags=()),
        a_chunked_document(document_id="c", source="Gone Wire"),
        a_chunked_document(document_id="c", revision=2, source="Gone Wire", retracted=True),
    ]
    return [
        DocumentIndexed(**chunked.model_dump(exclude={"chunks", "version"}), chunk_count=1, encoder="x", stored_at=NOON)
        for chunked in made
    ]


def test_a_source_in_the_wrong_case_is_answered_with_the_right_one() -> None:
    def hint(**filters: Any) -> list[str]:
        return list(filter_hints.hints(Filters(**filters), documents()))

    assert hint(sources=("harrow vale wire",)) == [
        "No document has the source 'harrow vale wire': write 'Harrow Vale Wire', since letter case counts."
    ]
    assert hint(sources=("Sarn Gazete",)) == ["No document has the source 'Sarn Gazete': did you mean 'Sarn Gazette'?"]
    assert hint(sources=("Gone Wire", "Sarn Gazette"))[0].startswith("No document has the source 'Gone Wire'")
    assert hint(tags=("x",)) == ["No document has the tag 'x': there are 'culture'."]
    assert hint(sources=("Sarn Gazette",), tags=("culture",)) == []


def test_a_hint_never_names_what_not_everyone_may_be_shown() -> None:
    older = documents()[0].model_copy(
        update={"document_id": "m", "source": "Board", "tags": ("buy",), "labels": ("x",)}
    )
    [hint] = filter_hints.hints(Filters(tags=("bu",)), [*documents(), older])

    assert hint == "No document has the tag 'bu': there are 'culture'."


def test_the_hint_follows_a_result_without_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filter_hints, "of_live", lambda filters, _: [f"hint on {filters.sources[0]}"])

    ended, _ = asked(monkeypatch, "--source", "harrow vale wire")

    assert ended.output.rstrip().endswith("hint on harrow vale wire")


def test_doctor_says_when_no_service_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    look = dict(doctor.CHECKS)["services"]

    def said(*groups: str) -> str:
        monkeypatch.setattr(progress, "at_work", lambda *_: set(groups))
        try:
            return look()
        except UserWarning as warning:
            return str(warning)

    assert said() == f"none runs, so nothing is taken and nothing is answered: {at_work.START}"
    assert said("ingest", "embedder", "retriever", "scorer").startswith("not running: generator; start")
    assert said(*lags.NEEDED) == "ingest, embedder, retriever, generator, scorer run"

    def away(*_: object) -> set[str]:
        raise UnreachableError

    monkeypatch.setattr(progress, "at_work", away)
    with pytest.raises(UserWarning, match="no broker answers"):
        look()
