"""Questions with four choices as CSV in the layout of MMLU (Hendrycks et al. 2021), one file for each subject.

A row is the question, four choices and the letter of the right one; a first row that ends in "answer" is a heading.
There are no documents: what is measured is what a model knows. The slice is the file's name without its split.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from shared.collections.collection import Collection
from shared.messages import Question
from shared.records import reason_of
from shared.source_files import DataError

LETTERS = "ABCD"
FIELDS = frozenset({"question", *LETTERS, "answer"})
NEEDS = "CSV files, named by subject: question, four choices, the letter of the right one; no documents"
KIND = "multiple choice"
MEASURES = "What a model knows by heart of each subject, by the choice that it names."
NOT_FOR = "News, retrieval, and a model that may have been trained on these very questions."
SPLITS = ("_test", "_val", "_dev", "_train")


def read(files: Sequence[Path]) -> Collection:
    """Every row of every file; raises DataError that names the file and the line of a row that is not such."""
    return Collection("multiple_choice", [], [question for file in files for question in _questions(file)], {})


def _questions(file: Path) -> Iterator[Question]:
    subject = file.stem
    for split in SPLITS:
        subject = subject.removesuffix(split)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, strict=True)
        try:
            for row in rows:
                if row and not (rows.line_num == 1 and row[-1].strip().lower() == "answer"):
                    yield _question(f"{subject}-{rows.line_num}", subject, row)
        except ValidationError as error:
            raise DataError(f"{file}, line {rows.line_num}: {reason_of(error)}", placed=True) from error
        except (csv.Error, ValueError) as error:
            raise DataError(f"{file}, line {rows.line_num}: {error}", placed=True) from error


def _question(name: str, subject: str, row: Sequence[str]) -> Question:
    if len(row) != len(LETTERS) + 2:
        raise ValueError(f"{len(row)} columns instead of six: question, four choices, letter")
    text, *choices, letter = (cell.strip() for cell in row)
    if len(letter) != 1 or letter.upper() not in LETTERS:
        raise ValueError(f"the answer {letter!r} is none of the letters {', '.join(LETTERS)}")
    right = choices[LETTERS.index(letter.upper())]
    return Question(question_id=name, text=text, choices=tuple(choices), references=(right,), slice=subject)
