"""Every format of foreign files, given what is not of it: one line that names the file, and never a traceback."""

import gzip
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from services.scorer.evaluation import predictions
from shared import plugins
from shared.collections import collection
from shared.source_files import DataError
from tests.command_line import Ended

DEEP = b"[" * 200_000
ARTICLE: dict[str, Any] = {
    "title": "Lock", "paragraphs": [{"context": "The lock.", "qas": [
        {"id": "q1", "question": "What?", "answers": [{"text": "The lock.", "answer_start": 0}]}]}]
}  # fmt: skip
ROW = {
    "doc_id": "d", "document_id": "d", "question_id": "q", "text": "The lock.", "title": "Lock", "source": "Desk",
    "publish_date": "2025-01-01T00:00:00Z", "first_seen": "2025-01-01T00:00:00", "question": "What?",
    "asked_at": "2025-01-02T00:00:00", "gold_doc_ids": ["d"], "answer_bearing_doc_ids": [], "answers": ["the lock"],
    "choices": ["the lock", "the quay"], "system": "s", "setting": "open", "gold_answers": ["the lock"],
    "prediction": "lock", "references": ["lock"],
}  # fmt: skip
WRONG = ("a text where a list or an object is", 7, None, ["x", {"y": [1]}], {"text": ["x"], "answer_start": [0]}, 1e400)


def changed(value: Any, wrong: Any) -> list[Any]:
    """The value with each of its parts lost, and with each of them exchanged."""
    made = [wrong]
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for part in changed(value[key], wrong):
            copy = value.copy()
            copy[key] = part
            made.append(copy)
        copy = value.copy()
        del copy[key]
        made.append(copy)
    return made


def contents() -> list[bytes]:
    shapes = [shape for wrong in WRONG for base in ({"data": [ARTICLE]}, ROW) for shape in changed(base, wrong)]
    written = [json.dumps(shape).encode() for shape in shapes]
    return [
        *written, b"", b"\n", b"[]", b"{}", b"{", b'{"data": []}', b"\xff\xfe{\x00", b"\x00" * 50, b"%PDF-1.7", DEEP,
        b'{"data": ' + DEEP, b'{"data": [{"paragraphs": [{"context": "\\ud800", "qas": []}]}]}', b"a,b,c,d,e,f\n",
        b"question,1,2,3,4,A\ncut \xe9,1,2\n", b'"never ended', gzip.compress(b"{}"), b"9" * 5_000,
        b'{"doc_id": "d", "text": "x", "publish_date": "0001-01-01T00:00:00+14:00"}', json.dumps(ROW).encode() + b"\n[",
    ]  # fmt: skip


def refused(path: Path, read: Callable[[], object]) -> bool:
    """Whether reading refuses the file; if so, in one line that names it."""
    try:
        read()
    except DataError as error:
        said = str(error)
    except FileNotFoundError:
        return True
    else:
        return False
    assert str(path) in said
    assert len(said.splitlines()) == 1
    return True


@pytest.mark.parametrize("name", plugins.names(collection.FORMATS))
def test_a_collection_of_another_shape_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    files = [path] if name in {"squad", "multiple_choice"} else [path, path]

    answers = []
    for content in contents():
        path.write_bytes(content)
        answers.append(refused(path, lambda: collection.load(files, name)))
        refused(path, lambda: collection.load(files))

    assert sum(answers) > len(answers) / 2


@pytest.mark.parametrize("name", plugins.names(predictions.FORMATS))
def test_predictions_of_another_shape_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path, references = tmp_path / "p.json", tmp_path / "squad.json"
    references.write_text(json.dumps({"data": [ARTICLE]}))
    beside = references if name == "squad" else None

    answers = []
    for content in contents():
        path.write_bytes(content)
        answers.append(refused(path, lambda: predictions.load([path], beside, name)))

    assert sum(answers) > len(answers) / 2


def test_each_format_reads_what_is_of_it(tmp_path: Path) -> None:
    row, squad = tmp_path / "row.jsonl", tmp_path / "squad.json"
    row.write_text(json.dumps(ROW))
    squad.write_text(json.dumps({"data": [ARTICLE]}))

    assert len(collection.load([squad], "squad").questions) == 1
    for name in ("realtime_qa", "multihop"):
        assert import_module(f"{collection.FORMATS}.{name}").read([row, row]).qrels["gold"] == {"q": ("d",)}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([ARTICLE], "JSON, but no object; this format is one JSON object"),
        ({"data": ARTICLE}, "data: Input should be a valid list"),
        ({"data": [{"title": "x"}]}, "data.0.paragraphs: Field required; of SQuAD is `data`"),
        (
            {"data": [{"paragraphs": [{"context": "x", "qas": [
                {"id": "1", "question": "?", "answers": {"text": ["a"], "answer_start": [0]}}]}]}]},
            "data.0.paragraphs.0.qas.0.answers: Input should be a valid list",
        ),
    ],
)  # fmt: skip
def test_importing_a_squad_file_of_another_shape_is_one_line_and_65(
    content: Any, why: str, tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    file = tmp_path / "squad.json"
    file.write_text(json.dumps(content))

    ended = tiltyard("suite", "import", "squad", str(file), "--licence", "x", "--out", str(tmp_path / "out"))

    assert ended.returncode == 65
    assert f"{file}: {why}" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("jobs_here")
def test_a_job_that_reads_a_foreign_file_ends_the_command_with_65(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    file = tmp_path / "squad.json"
    file.write_text(json.dumps([ARTICLE]))

    ended = tiltyard("evaluate", "retrieval", "--documents", str(file), "--in-memory")

    assert ended.returncode == 65
    assert ended.stderr.startswith(f"error: {file}")
