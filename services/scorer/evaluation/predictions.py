"""Predictions: what a system answered to a question, with what is needed to score it, read from a file of any format.

Each file in `formats` reads one layout. Which one it is shows in the fields of a file's first object; of several that
fit, the one that asks for most fields is meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from shared import lines, plugins
from shared.lines import Row
from shared.messages import Answer, Question
from shared.messages.answers import AnswerStatus
from shared.source_files import DataError, naming

FORMATS = "services.scorer.evaluation.formats"
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
UNSCORED, NO_REFERENCES = "marked as not to be scored", "no reference is known"


@dataclass(frozen=True)
class Choice:
    """Multiple choice by index: what was chosen, and what is right."""

    chosen: frozenset[str]
    right: frozenset[str]


@dataclass(frozen=True)
class Prediction:
    """One system's answer to one question in one setting; `answer` is None where the system has none: it is missing.

    `place` is the file and line, for messages; `left_out` says why it is not scored, and is empty where it is.
    """

    question: Question
    system: str
    setting: str
    answer: Answer | None
    place: str
    choice: Choice | None = None
    left_out: str = ""


@dataclass(frozen=True)
class Loaded:
    """What a file holds: predictions, the measures that are usual for its layout, and what a reader should know.

    `repeats`: the layout may ask one question several times under one id, as RealTime QA's published files do.
    """

    format: str
    predictions: Sequence[Prediction]
    measures: Sequence[str]
    notes: Sequence[str] = ()
    repeats: bool = False


def load(files: Sequence[Path], references: Path | None = None, format_name: str = "") -> list[Loaded]:
    """What each file holds, in the named format or the one that is recognised.

    Raises FileNotFoundError for a missing file; DataError for a bad line, for a file that no format fits, and for one
    without predictions.
    """
    for path in (*files, *([references] if references else [])):
        if not path.is_file():
            raise FileNotFoundError(f"no file {path}")
    loaded_files: list[Loaded] = []
    for path in files:
        read = plugins.load(FORMATS, format_name or recognise(path), "read")
        with naming(str(path)):
            loaded: Loaded = read(path, references)
            if not loaded.predictions:
                raise DataError(f"{path} holds no predictions")
        loaded_files.append(loaded)
    return loaded_files


def recognise(path: Path) -> str:
    """The format's name; raises DataError that lists the formats and what each needs."""
    row = lines.first(path)
    fitting = [(fits, name) for name in plugins.names(FORMATS) if (fits := _fits(name, row))]
    if fitting:
        return max(fitting)[1]
    needs = "; ".join(f"{name} ({import_module(f'{FORMATS}.{name}').NEEDS})" for name in plugins.names(FORMATS))
    raise DataError(f"{path} is of no format that is known here; --format names one. There are {needs}")


def needs_no_references(name: str, file: Path, references: Path | None) -> None:
    """Raises ValueError for --references beside a format that holds its own."""
    if references is not None:
        raise ValueError(f"{name} has the references in {file}: leave --references out")


def an_answer(question_id: str, system: str, text: str | None, *, status: AnswerStatus = "answered") -> Answer:
    """A foreign system's answer as a message: nothing is known of its model, prompt and time."""
    return Answer(
        question_id=question_id, arm=system, status=status, text=text or "", model="", backend="", prompt_version="",
        failure="as the file says" if status == "failed" else None, asked_at=UNDATED,
    )  # fmt: skip


def _fits(name: str, row: Row) -> int:
    """How many fields of the row the format asks for; 0 where the row is not of it."""
    fits: int = import_module(f"{FORMATS}.{name}").fits(row)
    return fits
