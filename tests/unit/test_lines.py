"""JSON lines: a mark at the start is no error, and a bad line is named by file and number, whoever reads."""

import codecs
import gzip
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from services.console import misread
from services.console.app import build
from services.console.commands import publish
from services.generator.tuning.data import supplied
from services.generator.tuning.gates import probes
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import jsonl
from services.ingest.ports import FeedSource
from services.scorer.evaluation import predictions
from shared import lines
from shared.collections import collection
from shared.lab.suites import folder
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.source_files import DataError, raw_lines
from tests.unit.feed_parts import Reader

MARK = b"\xef\xbb\xbf"
DOCUMENT = '{{"document_id": "d{0}", "text": "Dock {0} opens."}}\n'
QUESTION = '{{"question_id": "q{0}", "text": "When?", "references": ["noon"], "gold_document_ids": ["d{0}"]}}\n'
PAIR = '{{"document_id": "d{0}", "question": "When?", "answer": "At noon."}}\n'
PREDICTION = '{{"question_id": "q{0}", "system": "s", "prediction": "noon", "references": ["noon"]}}\n'
PROBE = '{{"question": "Which dock, {0}?", "accepted": ["{0}"]}}\n'


def three(line: str, path: Path, second: bytes | None = None) -> Path:
    """A file of three lines that begins with a mark; the second may be another."""
    made = [line.format(number).encode() for number in (1, 2, 3)]
    path.write_bytes(MARK + b"".join([made[0], made[1] if second is None else second + b"\n", made[2]]))
    return path


def documents_of_a_suite(path: Path) -> int:
    (path.parent / "suite.toml").write_text('name = "s"\n')
    three(QUESTION, path.parent / "questions.jsonl")
    draft = folder.read(path.parent)
    if wrong := [error for error in draft.errors if "documents.jsonl" in error]:
        raise ValueError(wrong[0])
    return len(draft.documents)


def collected(path: Path) -> int:
    return len(collection.load([path, three(QUESTION, path.parent / "q.jsonl")]).documents)


READERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "messages": (DOCUMENT, lambda path: len(lines.read_all(path, DocumentPublished))),
    "pairs": (PAIR, lambda path: len(supplied.read(path))),
    "probes": (PROBE, lambda path: len(probes.read(path))),
    "predictions": (PREDICTION, lambda path: len(predictions.load([path])[0].predictions)),
    "collections": (DOCUMENT, collected),
    "suites": (DOCUMENT, documents_of_a_suite),
}


@pytest.mark.parametrize("reader", READERS)
def test_whoever_reads_takes_a_mark_and_names_a_bad_line(reader: str, tmp_path: Path) -> None:
    line, read = READERS[reader]
    path = tmp_path / "documents.jsonl"
    assert read(three(line, path)) == 3

    for second, why in ((b'{"text": "caf\xe9"}', "not UTF-8 text .byte 14 is 0xe9."), (b"{no", ".*JSON")):
        with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}, line 2: {why}"):
            read(three(line, path, second))


def test_the_feed_takes_a_mark_and_reports_a_bad_byte_by_its_line(tmp_path: Path) -> None:
    path = three(DOCUMENT, tmp_path / "d.jsonl", b'{"document_id": "\xe9"}')
    feed, reader = jsonl.build(FeedSource(str(path), ""), FeedSettings()), Reader()

    assert [document.document_id for document in reader.read(feed)] == ["d1", "d3"]
    assert reader.bad == ["d.jsonl, line 2: not UTF-8 text (byte 18 is 0xe9); save it as UTF-8"]

    with path.open("ab") as file:
        file.write(b"\n{no\n")
    reader.read(feed)
    assert reader.bad[1].startswith("d.jsonl, line 5: ")


def test_a_feeds_position_from_before_lines_were_counted_still_holds(tmp_path: Path) -> None:
    path = three(DOCUMENT, tmp_path / "d.jsonl")
    feed, reader = jsonl.build(FeedSource(str(path), ""), FeedSettings()), Reader()
    reader.read(feed)
    position = reader.state.position(feed.name)
    reader.state.advance(feed.name, position.replace(', "lines": 3', ""))
    assert reader.state.position(feed.name) != position

    with path.open("ab") as file:
        file.write(b"{no\n" + DOCUMENT.format(4).encode())
    assert [document.document_id for document in reader.read(feed)] == ["d4"]
    assert reader.bad[0].startswith("d.jsonl, byte 144: ")


def test_publish_sends_the_good_lines_and_reports_the_bad_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sent: list[Any] = []

    def keep(_: object, portion: list[Any]) -> int:
        sent.extend(portion)
        return len(portion)

    path = three(DOCUMENT, tmp_path / "d.jsonl", b"\xff\xfe")
    monkeypatch.setattr(publish, "Publisher", lambda *_: SimpleNamespace(publish=keep))
    monkeypatch.setattr("services.console.commands.publish.access.require", lambda *_: None)
    ended = CliRunner().invoke(build(), ["publish", str(path)])

    assert ended.exit_code == 65
    assert [document.document_id for document in sent] == ["d1", "d3"]
    assert f"{path}, line 2: not UTF-8 text" in ended.stderr.replace("\n", "")


def test_standard_input_is_read_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(MARK + DOCUMENT.format(1).encode() + b"\xff\n"), encoding="ascii")
    monkeypatch.setattr("sys.stdin", given)
    good, bad = lines.read("-", DocumentPublished)
    assert good.message is not None
    assert (bad.place, bad.message) == ("standard input, line 2", None)


def test_a_line_ends_at_no_other_character(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    text = "before\u2028after\x85"
    path.write_text(f'\n{{"document_id": "d", "question": "Q?", "answer": "{text}"}}\r\n', newline="")
    assert [pair.answer for pair in lines.read_all(path, TrainingPair)] == [text]
    assert [place for place, _ in lines.rows(path)] == [f"{path}, line 2"]


def test_gzipped_lines_are_read_and_what_is_no_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    packed = gzip.compress(MARK + QUESTION.format(1).encode())
    path.write_bytes(packed)
    assert [question.question_id for question in lines.read_all(path, Question)] == ["q1"]
    for broken in (b"no gzip", packed[:20]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"q\.jsonl\.gz cannot be unpacked"):
            lines.read_all(path, Question)
    path = path.rename(tmp_path / "q.jsonl")
    path.write_bytes(packed)
    with pytest.raises(ValueError, match=r"q\.jsonl, line 1: not UTF-8 text .*name it \.gz"):
        lines.read_all(path, Question)


def test_a_whole_object_is_read_and_its_bad_byte_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(MARK + b'{"q1":\n "noon"}')
    assert lines.whole(path) == lines.first(path) == {"q1": "noon"}
    path.write_bytes(b'{"q1":\n "\xff"}')
    with pytest.raises(ValueError, match=r"w\.json: not UTF-8 text \(byte 3 of line 2 is 0xff\)"):
        lines.whole(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_may_end_in_any_usual_way(end: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes("".join(DOCUMENT.format(number)[:-1] + end for number in (1, 2)).encode() + b"{no" + end.encode())

    first, second, bad = lines.read(path, DocumentPublished)

    assert (first.message and first.message.document_id, second.message and second.message.text) == (
        "d1",
        "Dock 2 opens.",
    )
    assert bad.place == f"{path}, line 3"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_that_is_too_long_is_one_bad_line_and_is_not_held(
    end: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
    path = three(DOCUMENT, tmp_path / "d.jsonl")
    path.write_bytes(path.read_bytes() + b"[" + b"x" * 50_000 + end)
    *good, bad = lines.read(path, DocumentPublished)

    assert [line.message is not None for line in good] == [True] * 3
    assert bad.place == f"{path}, line 4"
    assert bad.error.startswith(f"a line of {50_001 + len(end)} bytes, at most 100 are read")
    with pytest.raises(DataError, match=r"d\.jsonl, line 4: a line of"):
        list(lines.rows(path))
    assert max(len(raw.text) for raw in raw_lines(io.BytesIO(path.read_bytes()), 100)) <= 100


@pytest.mark.parametrize("content", [b'[{"document_id": "d"}]', b"[\n{}\n]", b"[]", b"[1,\r\n2]"])
def test_an_array_in_place_of_lines_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(content)

    assert next(lines.read(path, DocumentPublished)).error.startswith("a JSON array, not JSON lines: write one object")
    with pytest.raises(DataError, match=r"d\.jsonl is a JSON array, not JSON lines.*jq -c"):
        misread.refuse_foreign(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{\n "document_id": "d"\n}', "is JSON over several lines, not JSON lines"),
        (codecs.BOM_UTF16_LE + "{}".encode("utf-16-le"), "is UTF-16, and JSON lines are UTF-8"),
        ("{}".encode("utf-16-le"), "is a binary file and not JSON lines"),
    ],
)
def test_what_is_no_json_lines_is_refused_before_anything_goes_out(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=why):
        misread.refuse_foreign(path)


@pytest.mark.parametrize("second", [b"[1, 2]", b'{"document_id": "d2", "text": "\0"}', b"{"])
def test_one_bad_line_is_no_reason_to_refuse_the_others(second: bytes, tmp_path: Path) -> None:
    path = three(DOCUMENT, tmp_path / "d.jsonl", second)
    misread.refuse_foreign(path)
    assert [line.message is not None for line in lines.read(path, DocumentPublished)] == [True, False, True]


def test_what_stands_before_the_end_of_a_packed_file_that_is_cut_off_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl.gz"
    content = "".join(DOCUMENT.format(random.random()) for _ in range(5_000))  # noqa: S311 (so that it packs badly)
    path.write_bytes(gzip.compress(content.encode())[:20_000])
    misread.refuse_foreign(path)

    *good, bad = lines.read(path, DocumentPublished)

    assert len(good) > 100
    assert all(line.message for line in good)
    assert bad.error.startswith(f"{path} cannot be unpacked")
    with pytest.raises(DataError, match="cannot be unpacked"):
        lines.read_all(path, DocumentPublished)


@pytest.mark.parametrize("line", [b"[" * 200_000, b'{"a":' * 200_000, b"9" * 10_000, b'{"document_id": "\\ud800"}'])
def test_json_made_to_be_unreadable_is_one_bad_line(line: bytes, tmp_path: Path) -> None:
    path = three(DOCUMENT, tmp_path / "d.jsonl", line)

    assert [line.message is not None for line in lines.read(path, DocumentPublished)] == [True, False, True]
    with pytest.raises(DataError, match=r"d\.jsonl, line 2: "):
        lines.each(path, DocumentPublished.model_validate)


def test_a_whole_file_is_held_up_to_a_limit_also_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_WHOLE", 1_000)
    path = tmp_path / "w.json.gz"
    path.write_bytes(gzip.compress(b" " * 1_000_000))
    with pytest.raises(DataError, match=r"w\.json\.gz: more than 1000 bytes"):
        lines.whole(path)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = three(DOCUMENT, tmp_path / "d.jsonl")
    refuse = PermissionError(13, "Permission denied")
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(refuse))
    with pytest.raises(DataError, match=r"d\.jsonl cannot be read: Permission denied"):
        lines.read_all(path, DocumentPublished)
