"""What is wrong with a file of predictions is said with file, line, and what to do."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from services.scorer.evaluation import contests, predictions

GOOD = {"question_id": "q1", "system": "a", "prediction": "harbour", "references": ["harbour"]}


def loaded(file: Path, text: str | bytes) -> list[contests.Contest]:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    files = predictions.load([file])
    return contests.arrange([prediction for part in files for prediction in part.predictions])


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (lines(GOOD) + "{'question_id'}\n", r"p\.jsonl, line 2: no JSON \(.*\); write one JSON object on each line"),
        (lines(GOOD) + "[1]\n", r"p\.jsonl, line 2: a JSON array, not JSON lines: write one object on each line"),
        (lines(GOOD, {"question_id": "q2", "references": ["x"]}), r"line 2: system: Field required"),
        (lines({**GOOD, "references": "harbour"}), r"line 1: references: "),
        (lines(GOOD, {**GOOD, "prediction": None}), r'line 2: .*prediction: none; .*"status": "abstained" or "failed"'),
        (lines(GOOD, {**GOOD, "status": "unsure"}), r"line 2: status: "),
        (lines({**GOOD, "slice": "x" * 65}), r"line 1: slice: "),
        (lines(GOOD, GOOD), r"line 2: a second prediction of a for question q1 .*line 1\); keep one of them"),
        (lines(GOOD, {**GOOD, "system": "b", "references": ["mill"]}), r"line 2: another references .*line 1; .*equal"),
        (lines({**GOOD, "references": None}), r"none of 1 predictions can be scored: no reference is known"),
        ("", r"p\.jsonl is empty"),
        ("\n  \n", r"p\.jsonl is empty"),
        (b"\xff\xfe\x00", r"p\.jsonl, line 1: not UTF-8 text \(byte 1 is 0xff\)"),
        (
            lines({"id": 1}),
            r"of no format that is known here; --format names one. There are plain \(JSON lines",
        ),
        (lines({**GOOD, "references": ["x"], "question": "x" * 4001}), r"line 1: text: "),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_what_to_do(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        loaded(tmp_path / "p.jsonl", text)


def test_references_that_were_left_out_by_mistake_are_asked_for(tmp_path: Path) -> None:
    first, second = GOOD, {**GOOD, "question_id": "q2"}
    del second["references"]

    with pytest.raises(ValueError, match=r"line 2: .*references: no such field; \[\] says that abstaining is right"):
        loaded(tmp_path / "p.jsonl", lines(first, second))


@pytest.mark.parametrize("packed", [b"no gzip", gzip.compress(lines(GOOD).encode(), mtime=0)[:-9]])
def test_a_file_that_cannot_be_unpacked_is_named(tmp_path: Path, packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"p\.jsonl\.gz cannot be unpacked"):
        loaded(tmp_path / "p.jsonl.gz", packed)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    (contest,) = loaded(tmp_path / "p.jsonl", "\ufeff" + lines(GOOD))

    assert list(contest.questions) == ["q1"]


def test_fields_that_are_not_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(lines({**GOOD, "slise": "new"}))

    assert predictions.load([file])[0].notes == [f"{file}: these fields are not read: slise."]


def test_predictions_of_squad_without_references_say_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="squad needs --references beside"):
        loaded(tmp_path / "p.json", '{"q1": "harbour"}')


def test_references_beside_a_file_that_holds_its_own_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(lines(GOOD))

    with pytest.raises(ValueError, match="leave --references out"):
        predictions.load([file], file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no file"):
        predictions.load([tmp_path / "none.jsonl"])
