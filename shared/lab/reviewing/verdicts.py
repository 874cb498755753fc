"""What a person said of a newswire's questions: `review.jsonl` in its folder, one verdict a line; the last one counts.

A verdict belongs to the question as it stood. Lines without a verdict are a sheet that is still to be filled.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from shared import lines
from shared.jobs.events import IfKnown, JobModel
from shared.lab.audit.sheet import item_of
from shared.messages import Question
from shared.source_files import DataError

FILE = "review.jsonl"
Said = Literal["accept", "mend", "drop"]


class Verdict(JobModel):
    """One question as it stood, with what is to become of it.

    `text` and `references` are the new ones of a mended question; `shown` is what answers it, on a sheet. `seed`: of
    the draw that it was met in; None where a person chose it. `said`: reviewer -> what each said on the page, where
    `verdict` is what these come to.
    """

    item: str = Field(max_length=64)
    question_id: str = Field(max_length=512)
    question: str = Field(max_length=4_000)
    accepted: tuple[str, ...]
    shown: str = Field(default="", exclude_if=lambda shown: not shown)
    verdict: Said | None = None
    text: IfKnown[str] = None
    references: IfKnown[tuple[str, ...]] = None
    seed: IfKnown[int] = None
    by: str = Field(default="", max_length=200, exclude_if=lambda by: not by)
    at: IfKnown[AwareDatetime] = None
    said: Mapping[str, Said] = Field(default={}, exclude_if=lambda said: not said)

    @model_validator(mode="after")
    def _says_what_is_new(self) -> "Verdict":
        is_new = self.text is not None or self.references is not None
        if self.verdict == "mend" and not is_new:
            raise ValueError("a mended question needs a new `text`, new `references` or both")
        if self.verdict in ("accept", "drop") and is_new:
            raise ValueError(f'`text` and `references` are for a question to "mend", and this says "{self.verdict}"')
        return self

    @model_validator(mode="after")
    def _stands_as_it_was(self) -> "Verdict":
        if self.item != item_of(self.question, (), self.accepted, self.question_id):
            raise ValueError(
                "question_id, question or accepted were changed, which say how it stood: write what is new behind "
                "`text` and `references`"
            )
        return self


def item(question: Question) -> str:
    """What a question is called as it stands: another text or other accepted answers make another item."""
    return item_of(question.text, (), question.references or (), question.question_id)


def blank(question: Question, seed: int, shown: str = "") -> Verdict:
    """A line of a sheet: nobody has said anything yet."""
    return Verdict(
        item=item(question), question_id=question.question_id, question=question.text,
        accepted=question.references or (), shown=shown, seed=seed,
    )  # fmt: skip


def given(question: Question, seed: int, verdict: Said, *, at: datetime, by: str = "") -> Verdict:
    """What a person said now of a question that was drawn, mended ones aside."""
    return blank(question, seed).model_copy(update={"verdict": verdict, "at": at, "by": by})


def mended(
    question: Question, seed: int, *, text: str | None, references: tuple[str, ...] | None, at: datetime, by: str = ""
) -> Verdict:
    """A drawn question with another text, other accepted answers, or both. ValueError: there is none, or it is bad."""
    verdict = Verdict.model_validate(
        dict(blank(question, seed)) | {"verdict": "mend", "text": text, "references": references, "at": at, "by": by}
    )
    as_mended(question, verdict)
    return verdict


def as_mended(question: Question, verdict: Verdict) -> Question:
    """The question as it is to be asked. ValidationError where it would be none."""
    new = {name: value for name in ("text", "references") if (value := getattr(verdict, name)) is not None}
    return Question.model_validate(dict(question) | new)


def read(folder: Path) -> list[Verdict]:
    """All lines in their order, none where there is no file. DataError names the line of what is wrong."""
    file = folder / FILE
    return lines.read_all(file, Verdict) if file.is_file() else []


def latest(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Item -> what was said of it last."""
    return {verdict.item: verdict for verdict in verdicts if verdict.verdict is not None}


def replace(folder: Path, verdicts: Iterable[Verdict]) -> None:
    """Write all lines anew, aside and moved into place, so that the file is the old one or the new one, whole.

    DataError: what is there is no plain file.
    """
    file = _plain(folder)
    aside = file.with_name(f".{FILE}.making")
    aside.write_text("".join(f"{verdict.model_dump_json()}\n" for verdict in verdicts), encoding="utf-8")
    aside.replace(file)


def append(folder: Path, verdicts: Iterable[Verdict]) -> None:
    """Write them behind what is there, each on a line of its own, also behind a last line that an editor left open.

    DataError: what is there is no plain file.
    """
    file = _plain(folder)
    begun = file.is_file() and file.stat().st_size > 0 and not file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n" * begun + "".join(f"{verdict.model_dump_json()}\n" for verdict in verdicts))


def _plain(folder: Path) -> Path:
    file = folder / FILE
    if file.exists() and not file.is_file():
        raise DataError(f"{file} is no plain file: move it away, for verdicts are written there", placed=True)
    return file
