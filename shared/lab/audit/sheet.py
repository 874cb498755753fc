"""The sheet that a person fills, one JSON object a line, and its key: what was drawn, kept apart from the reader.

A sheet shows questions, accepted answers and answers. Which arm spoke, what the measure said and how likely the answer
was to be drawn stands in the key, a file beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shared import lines
from shared.jobs.events import IfKnown, JobModel
from shared.records import parsed
from shared.source_files import DataError, beginning, naming

Verdict = Literal["right", "wrong", "abstained"]
Label = bool | Literal["unsure"]
UNFILLED = 'is not filled in, though later ones are: say true, false or "unsure"'


def _label(value: Any) -> Any:
    if value is None or value is True or value is False or value == "unsure":
        return value
    raise ValueError('say true, false or "unsure"; null is not filled in yet')


class Entry(JobModel):
    """One answer to be read. `right` is for the person; `measure` and `rule` only where the verdict is to be shown.

    `said`: reviewer -> what each said on the page, where `right` is what these come to.
    """

    item: str = Field(max_length=64)
    question: str
    choices: tuple[str, ...] = Field(default=(), exclude_if=lambda choices: not choices)
    accepted: tuple[str, ...]
    answer: str
    measure: IfKnown[Verdict] = None
    rule: IfKnown[str] = None
    right: Annotated[Label | None, BeforeValidator(_label)] = None
    note: str = Field(default="", max_length=4_000)
    said: Mapping[str, Annotated[Label, BeforeValidator(_label)]] = Field(default={}, exclude_if=lambda said: not said)

    @property
    def digest(self) -> str:
        """What the item is called: it depends on what is read alone, so that equal answers are read once."""
        return item_of(self.question, self.choices, self.accepted, self.answer)


class StratumDrawn(JobModel):
    """Answers of which the measure said the same; with an arm where each arm was drawn from apart."""

    verdict: Verdict
    doubtful: bool
    arm: str | None = None
    population: int = Field(ge=1)


class AnswerDrawn(JobModel):
    """One drawn answer: its item on the sheet, whose it is, and the place of its stratum in the key."""

    item: str
    question_id: str
    arm: str
    stratum: int = Field(ge=0)


class Key(JobModel):
    """What was drawn, in the order of the sheet, and from how many answers; `left_out`: why answers could not be."""

    version: Literal[1] = 1
    measure: str
    measure_version: str
    seed: int
    read_from: str
    strata: tuple[StratumDrawn, ...]
    answers: tuple[AnswerDrawn, ...]
    left_out: Mapping[str, int] = {}

    @property
    def items(self) -> list[str]:
        """In the order of the sheet, each once."""
        return list(dict.fromkeys(answer.item for answer in self.answers))


@dataclass(frozen=True)
class Labels:
    """A filled sheet: what was drawn, and item -> what the person said; items that are not filled in are absent.

    `said`: item -> what each of several reviewers said of it on the page.
    """

    key: Key
    right: Mapping[str, Label]
    read_from: str
    said: Mapping[str, Sequence[Label]] = field(default_factory=dict)


def item_of(question: str, choices: Iterable[str], accepted: Iterable[str], answer: str) -> str:
    """A name for what is read; equal texts have equal names. Lengths keep ("ab", "c") and ("a", "bc") apart."""
    parts = (question, *choices, "", *accepted, "", answer)
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()[:16]


def key_beside(sheet: Path) -> Path:
    """Where the key of a sheet lies."""
    return sheet.with_name(f"{sheet.stem}.key.json")


def write(sheet: Path, entries: Iterable[Entry], key: Key) -> None:
    """Write the sheet and its key. FileExistsError: there is a sheet, with which a person's work would be lost."""
    sheet.parent.mkdir(parents=True, exist_ok=True)
    with sheet.open("x", encoding="utf-8") as stream:
        stream.writelines(f"{entry.model_dump_json()}\n" for entry in entries)
    key_beside(sheet).write_text(f"{key.model_dump_json(indent=1)}\n", encoding="utf-8")


def replace(sheet: Path, entries: Iterable[Entry]) -> None:
    """Write the lines anew, aside and moved into place, so that the sheet is the old one or the new one, whole."""
    aside = sheet.with_name(f".{sheet.name}.making")
    aside.write_text("".join(f"{entry.model_dump_json()}\n" for entry in entries), encoding="utf-8")
    aside.replace(sheet)


def read(sheet: Path) -> Labels:
    """A filled sheet with its key. DataError names the line of what is wrong; FileNotFoundError: one is missing.

    What is not filled in at the end counts as not drawn. A gap before is an error: who skips what is hard would bias
    the audit.
    """
    key = _key(key_beside(sheet))
    entries = _entries(sheet, set(key.items))
    labels = {item: entry.right for item, (_, entry) in entries.items() if entry.right is not None}
    if not labels:
        raise DataError(f'{sheet}: no line is filled in: say true, false or "unsure" in `right`', placed=True)
    last = max(place for place, item in enumerate(key.items) if item in labels)
    for item in key.items[:last]:
        if item not in labels:
            where = f"{entries[item][0]}: `right`" if item in entries else f"{sheet}: the line of item {item}"
            raise DataError(f"{where} {UNFILLED}", placed=True)
    said = {item: [*entry.said.values()] for item, (_, entry) in entries.items() if entry.said}
    return Labels(key, labels, sheet.name, said)


def filled(sheets: Iterable[Path]) -> dict[str, Label]:
    """Item -> label of sheets that were filled before, so that nobody reads the same answer twice."""
    return {
        entry.item: entry.right
        for sheet in sheets
        for entry in lines.read_all(sheet, Entry)
        if entry.right is not None and entry.item == entry.digest
    }


def _key(path: Path) -> Key:
    content = beginning(path, lines.LONGEST_WHOLE)
    with naming(str(path)):
        key = parsed(Key, content)
        if any(answer.stratum >= len(key.strata) for answer in key.answers):
            raise DataError("an answer names a stratum that the key does not have")
    return key


def _entries(sheet: Path, known: set[str]) -> dict[str, tuple[str, Entry]]:
    entries: dict[str, tuple[str, Entry]] = {}
    for line in lines.read(sheet, Entry):
        if line.message is None:
            raise DataError(f"{line.place}: {line.error}", placed=True)
        entry = line.message
        if entry.item not in known:
            raise DataError(f"{line.place}: item {entry.item!r} was not drawn for this sheet's key", placed=True)
        if entry.item in entries:
            raise DataError(f"{line.place}: item {entry.item} stands in {entries[entry.item][0]} too", placed=True)
        if entry.digest != entry.item:
            raise DataError(f"{line.place}: question, choices, accepted answers or answer were changed", placed=True)
        entries[entry.item] = (line.place, entry)
    return entries
